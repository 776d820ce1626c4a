package io.jgemma.server.run;

import io.jgemma.server.json.ApiException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** How many requests are worked on or wait, in all and of one key. Those beyond are turned away with a time to come back. */
public final class Admission {
    private final int most;
    private final int mostOfAKey;
    private final Map<String, Integer> byKey = new HashMap<>();
    private int taken;
    private double secondsEach = 1;

    /**
     * Bounds.
     *
     * @param most requests worked on or waiting
     * @param mostOfAKey of those, with the same API key
     */
    public Admission(int most, int mostOfAKey) {
        this.most = most;
        this.mostOfAKey = mostOfAKey;
    }

    /** A request's place; closing it gives the place back. */
    public final class Place implements AutoCloseable {
        private final String key;
        private final long began = System.nanoTime();
        private boolean closed;

        private Place(String key) {
            this.key = key;
        }

        @Override
        public void close() {
            synchronized (Admission.this) {
                if (!closed) {
                    closed = true;
                    leave(key, (System.nanoTime() - began) / 1e9);
                }
            }
        }
    }

    /**
     * Takes a place.
     *
     * @param key whose request it is; empty where there are no keys
     * @throws ApiException with 503 when there is no place, with 429 when this key has all of its
     */
    public synchronized Place enter(String key) {
        if (taken >= most) {
            throw ApiException.later(
                    ApiException.Kind.UNAVAILABLE,
                    taken + " requests are in progress or wait, and no more are taken",
                    retry());
        }
        int ofKey = byKey.getOrDefault(key, 0);
        if (!key.isEmpty() && ofKey >= mostOfAKey) {
            throw ApiException.later(
                    ApiException.Kind.RATE_LIMIT,
                    ofKey + " requests with this key are in progress, and no more are taken",
                    retry());
        }
        taken++;
        byKey.put(key, ofKey + 1);
        return new Place(key);
    }

    /** Requests that may be in progress or wait. */
    public int most() {
        return most;
    }

    /** Requests in progress or waiting. */
    public synchronized int taken() {
        return taken;
    }

    private void leave(String key, double seconds) {
        taken--;
        byKey.computeIfPresent(key, (name, count) -> count == 1 ? null : count - 1);
        secondsEach += (seconds - secondsEach) / 8;
        notifyAll();
    }

    /**
     * Waits until nothing is in progress.
     *
     * @return false when something still was after {@code timeout}
     */
    public synchronized boolean awaitEmpty(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (taken > 0) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    /** About as long as one request takes at present. */
    private Duration retry() {
        return Duration.ofSeconds(Math.clamp(Math.round(secondsEach), 1, 60));
    }
}
