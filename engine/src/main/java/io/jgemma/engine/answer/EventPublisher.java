package io.jgemma.engine.answer;

import io.jgemma.engine.answer.EventLog.Entry;
import io.jgemma.engine.generation.GenerationEvent;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Publishes the events of one generation. Every subscriber sees all of them from the first on, at the pace it asks for, on
 * a virtual thread of its own.
 */
final class EventPublisher implements Flow.Publisher<GenerationEvent> {

    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private final EventLog log;

    EventPublisher(EventLog log) {
        this.log = log;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super GenerationEvent> subscriber) {
        Subscription subscription = new Subscription(subscriber);
        subscription.thread = Thread.ofVirtual().name("jgemma-events").unstarted(subscription::run);
        subscription.thread.start();
    }

    private final class Subscription implements Flow.Subscription {
        private final Flow.Subscriber<? super GenerationEvent> subscriber;
        private final Semaphore demand = new Semaphore(0);
        private final AtomicBoolean cancelled = new AtomicBoolean();
        private final AtomicBoolean refused = new AtomicBoolean();
        private Thread thread = Thread.currentThread();

        Subscription(Flow.Subscriber<? super GenerationEvent> subscriber) {
            this.subscriber = subscriber;
        }

        void run() {
            subscriber.onSubscribe(this);
            try {
                for (int i = 0; deliver(i); i++) {
                    // One after the other.
                }
            } catch (InterruptedException e) {
                if (refused.get() && !cancelled.get()) {
                    subscriber.onError(new IllegalArgumentException("a subscriber must ask for at least one event"));
                }
            }
        }

        /** Delivers the entry at {@code index} and says whether another may follow. */
        private boolean deliver(int index) throws InterruptedException {
            if (!(log.await(index, FOREVER) instanceof Entry.Event(GenerationEvent event))) {
                complete(index);
                return false;
            }
            demand.acquire();
            if (cancelled.get()) {
                return false;
            }
            subscriber.onNext(event);
            return !cancelled.get();
        }

        private void complete(int index) throws InterruptedException {
            if (!cancelled.get() && log.await(index, Duration.ZERO) instanceof Entry.End(Throwable failure)) {
                if (failure == null) {
                    subscriber.onComplete();
                } else {
                    subscriber.onError(failure);
                }
            }
        }

        @Override
        public void request(long n) {
            if (n <= 0) {
                refused.set(true);
                thread.interrupt();
                return;
            }
            // A semaphore counts to 2^31 - 1; a subscriber that asks for more has asked for everything.
            demand.release((int) Math.min(n, Integer.MAX_VALUE - 1L - demand.availablePermits()));
        }

        @Override
        public void cancel() {
            cancelled.set(true);
            thread.interrupt();
        }
    }
}
