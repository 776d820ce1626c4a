package io.jgemma.cli.chat;

import io.jgemma.engine.Engine;
import io.jgemma.engine.MemoryUse;
import io.jgemma.engine.Session;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Who answers in a conversation: a model, or what a test puts in its place. */
interface Partner {

    /** The model's name. */
    String name();

    /** What computes. */
    String description();

    /** The chat template's text. */
    String templateSource();

    /** Tokens of context in all. */
    int contextTokens();

    /** Tokens of context in use. */
    int usedTokens();

    /** Memory of the engine. */
    MemoryUse memory();

    /** Answers; see {@link Session#generate}. */
    GenerationResult generate(GenerationRequest request, Consumer<? super GenerationEvent> listener);

    /** Ends the answer in progress; from any thread. */
    void cancel();

    /** Writes what is remembered of the conversation, and says how many bytes; see {@link Session#save}. */
    long saveMemory(Path file);

    /** Remembers what was written, and says how many bytes; see {@link Session#load}. */
    long loadMemory(Path file);

    /** Forgets what is remembered of the conversation. */
    void forget();

    /** A model. The caller closes both. */
    static Partner of(Engine engine, Session session) {
        return new Partner() {
            @Override
            public String name() {
                return engine.modelName();
            }

            @Override
            public String description() {
                return engine.description();
            }

            @Override
            public String templateSource() {
                return engine.chatTemplate().source();
            }

            @Override
            public int contextTokens() {
                return engine.contextTokens();
            }

            @Override
            public int usedTokens() {
                return session.position();
            }

            @Override
            public MemoryUse memory() {
                return engine.memory();
            }

            @Override
            public GenerationResult generate(GenerationRequest request, Consumer<? super GenerationEvent> listener) {
                return session.generate(request, listener);
            }

            @Override
            public void cancel() {
                session.cancel();
            }

            @Override
            public long saveMemory(Path file) {
                return session.save(file);
            }

            @Override
            public long loadMemory(Path file) {
                return session.load(file);
            }

            @Override
            public void forget() {
                session.clear();
            }
        };
    }
}
