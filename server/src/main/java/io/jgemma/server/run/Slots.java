package io.jgemma.server.run;

import io.jgemma.engine.Engine;
import io.jgemma.engine.generation.GenerationEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The answers in progress, each under the lowest number that is free for its model. */
public final class Slots {
    private final List<Slot> taken = new ArrayList<>();

    /** An answer in progress. */
    public static final class Slot {
        private final Engine engine;
        private final int number;
        private volatile int promptTokens;
        private volatile int cachedTokens;
        private final AtomicInteger tokens = new AtomicInteger();

        private Slot(Engine engine, int number) {
            this.engine = engine;
            this.number = number;
        }

        /** From 0. */
        public int number() {
            return number;
        }

        /** Tokens of the prompt, as far as it has been looked at. */
        public int promptTokens() {
            return promptTokens;
        }

        /** Of those, tokens that were not computed because they were cached. */
        public int cachedTokens() {
            return cachedTokens;
        }

        /** Tokens generated. */
        public int tokens() {
            return tokens.get();
        }

        /** Takes note of an event. Called by one thread. */
        void event(GenerationEvent event) {
            switch (event) {
                case GenerationEvent.Token _ -> tokens.incrementAndGet();
                case GenerationEvent.PromptProgress progress -> {
                    promptTokens = progress.total();
                    cachedTokens = progress.cached();
                }
                case GenerationEvent.Reasoning _, GenerationEvent.Text _, GenerationEvent.Call _ -> {}
            }
        }
    }

    /** Takes the lowest free slot of a model. */
    synchronized Slot take(Engine engine) {
        int number = 0;
        for (Slot slot : of(engine)) {
            if (slot.number > number) {
                break;
            }
            number = slot.number + 1;
        }
        Slot slot = new Slot(engine, number);
        taken.add(slot);
        return slot;
    }

    /** Frees a slot. */
    synchronized void free(Slot slot) {
        taken.remove(slot);
    }

    /** A model's answers in progress, by their numbers. */
    public synchronized List<Slot> of(Engine engine) {
        return taken.stream()
                .filter(slot -> slot.engine == engine)
                .sorted((a, b) -> Integer.compare(a.number, b.number))
                .toList();
    }
}
