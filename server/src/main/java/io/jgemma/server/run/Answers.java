package io.jgemma.server.run;

import io.jgemma.engine.Engine;
import io.jgemma.engine.generation.FinishReason;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationHandle;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.server.json.ApiException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Generates the answers to one request, and stops as soon as nobody listens any more. */
public final class Answers {
    private final RunListener listener;
    private final Ids ids;
    private final Duration idle;
    private final Set<GenerationHandle> running = ConcurrentHashMap.newKeySet();
    private final Slots slots = new Slots();
    private volatile boolean stopped;

    /**
     * Answers.
     *
     * @param listener told of every token
     * @param ids names tool calls
     * @param idle after how long without an event a sink is told so
     */
    public Answers(RunListener listener, Ids ids, Duration idle) {
        this.listener = listener;
        this.ids = ids;
        this.idle = idle;
    }

    private sealed interface Item {
        record Event(int index, GenerationEvent event) implements Item {}

        record End(int index, GenerationResult result) implements Item {}

        record Failed(int index, RuntimeException failure) implements Item {}
    }

    /**
     * Generates all answers to their end.
     *
     * @throws ApiException when the engine refuses or fails
     * @throws PeerGoneException when the client has gone
     */
    public List<Answer> join(Engine engine, List<GenerationRequest> requests, Peer peer) {
        List<AnswerProgress> progress =
                requests.stream().map(request -> new AnswerProgress(ids)).toList();
        @Nullable Answer[] answers = new Answer[requests.size()];
        stream(engine, requests, peer, new AnswerSink() {
            @Override
            public void event(int index, GenerationEvent event) {
                progress.get(index).event(event);
            }

            @Override
            public void end(int index, GenerationResult result) {
                requireInTime(result);
                answers[index] = progress.get(index).ended(result);
            }

            @Override
            public void idle() {}
        });
        return Arrays.stream(answers).map(Objects::requireNonNull).toList();
    }

    /**
     * Lets an answer pass that was finished in time.
     *
     * @throws ApiException with 408 when the deadline has passed
     */
    public static void requireInTime(GenerationResult result) {
        if (result.finish() == FinishReason.DEADLINE) {
            throw new ApiException(
                    ApiException.Kind.TIMEOUT,
                    "the answer was not finished in time: " + result.generatedTokens() + " tokens were generated");
        }
    }

    /**
     * Generates all answers at the same time and hands their events to a sink on this thread.
     *
     * @throws ApiException when the engine refuses or fails
     * @throws PeerGoneException when the client has gone
     */
    public void stream(Engine engine, List<GenerationRequest> requests, Peer peer, AnswerSink sink) {
        List<GenerationHandle> handles = new ArrayList<>();
        List<Slots.Slot> taken = new ArrayList<>();
        try {
            for (GenerationRequest request : requests) {
                handles.add(engine.submit(request));
            }
            running.addAll(handles);
            requireRunning();
            peer.watch(() -> handles.forEach(GenerationHandle::cancel));
            handles.forEach(handle -> taken.add(slots.take(engine)));
            deliver(handles, taken, peer, sink);
        } catch (PeerGoneException e) {
            throw e;
        } catch (RuntimeException e) {
            throw Errors.of(e);
        } finally {
            handles.forEach(GenerationHandle::close);
            handles.forEach(running::remove);
            taken.forEach(slots::free);
        }
    }

    /** Told how generations go. */
    public RunListener listener() {
        return listener;
    }

    /** The answers in progress. */
    public Slots slots() {
        return slots;
    }

    /** Cuts all answers short, and those that are still asked for. */
    public void stop() {
        stopped = true;
        running.forEach(GenerationHandle::cancel);
    }

    private void deliver(List<GenerationHandle> handles, List<Slots.Slot> taken, Peer peer, AnswerSink sink) {
        BlockingQueue<Item> items = new LinkedBlockingQueue<>();
        Clock[] clocks = new Clock[handles.size()];
        for (int i = 0; i < clocks.length; i++) {
            int index = i;
            clocks[i] = new Clock();
            Thread.ofVirtual().name("answer").start(() -> forward(index, handles.get(index), items));
        }
        int open = handles.size();
        while (open > 0) {
            Item item = next(items);
            if (peer.isGone()) {
                throw new PeerGoneException();
            }
            switch (item) {
                case null -> sink.idle();
                case Item.Event(int index, GenerationEvent event) -> {
                    if (event instanceof GenerationEvent.Token) {
                        clocks[index].tick(listener);
                    }
                    taken.get(index).event(event);
                    sink.event(index, event);
                }
                case Item.End(int index, GenerationResult result) -> {
                    requireRunning();
                    listener.ended(result);
                    sink.end(index, result);
                    open--;
                }
                case Item.Failed failed -> throw failed.failure();
            }
        }
    }

    private void requireRunning() {
        if (stopped) {
            throw new ApiException(ApiException.Kind.UNAVAILABLE, "the server is stopping");
        }
    }

    private @Nullable Item next(BlockingQueue<Item> items) {
        try {
            return items.poll(idle.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(ApiException.Kind.UNAVAILABLE, "the server is stopping", e);
        }
    }

    private static void forward(int index, GenerationHandle handle, BlockingQueue<Item> items) {
        try {
            handle.reader().forEachRemaining(event -> items.add(new Item.Event(index, event)));
            items.add(new Item.End(index, handle.join()));
        } catch (RuntimeException e) {
            items.add(new Item.Failed(index, e));
        }
    }

    /** Measures the time between tokens. */
    private static final class Clock {
        private long last = System.nanoTime();
        private boolean first = true;

        void tick(RunListener listener) {
            long now = System.nanoTime();
            if (first) {
                listener.firstToken(now - last);
                first = false;
            } else {
                listener.nextToken(now - last);
            }
            last = now;
        }
    }
}
