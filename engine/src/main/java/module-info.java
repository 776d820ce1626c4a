/**
 * GGUF inference in pure Java. An application opens one engine, shares it among all threads and closes it at the end:
 *
 * {@snippet lang = java:
 * try (Engine engine = Engine.open(Path.of("gemma-3-4b-it-Q4_K_M.gguf"))) {
 *     System.out.println(engine.submit(GenerationRequest.chat("Name three rivers.")).join().text());
 * }
 * }
 *
 * <h2>Where to start</h2>
 * <ul>
 *   <li>{@link io.jgemma.engine.Engine} opens a model, and {@link io.jgemma.engine.EngineOptions} says how: context,
 *       threads, K/V types, GPUs.
 *   <li>{@link io.jgemma.engine.generation.GenerationRequest} asks for text, and
 *       {@link io.jgemma.engine.generation.GenerationHandle} delivers it, whole or as a stream of events.
 *   <li>{@link io.jgemma.engine.chat.ChatMessage} is a message with text, pictures or tool calls.
 *   <li>{@link io.jgemma.engine.grammar.Grammars} makes answers follow a JSON schema, a regular expression or a grammar.
 *   <li>{@link io.jgemma.engine.Session} keeps the K/V of one conversation.
 *   <li>{@link io.jgemma.engine.gguf.GgufFile} reads a model file without running it.
 * </ul>
 *
 * Architectures, backends and embedded models are found through {@link java.util.ServiceLoader}. The module
 * {@code io.jgemma.models} contains the architectures, so it has to be on the module path or the class path too.
 */
@SuppressWarnings("module") // The benchmarks are built after this module, so the compiler does not see them.
module io.jgemma.engine {
    requires static transitive org.jspecify;
    requires jdk.incubator.vector;
    // For pictures only, which nobody else needs it for.
    requires static transitive java.desktop;

    exports io.jgemma.engine;
    exports io.jgemma.engine.backend;
    exports io.jgemma.engine.chat;
    exports io.jgemma.engine.cpu to
            io.jgemma.bench;
    exports io.jgemma.engine.generation;
    exports io.jgemma.engine.gguf;
    exports io.jgemma.engine.grammar;
    exports io.jgemma.engine.grammar.spec;
    exports io.jgemma.engine.kv;
    exports io.jgemma.engine.memory;
    exports io.jgemma.engine.model;
    exports io.jgemma.engine.nn;
    exports io.jgemma.engine.plan;
    exports io.jgemma.engine.platform;
    exports io.jgemma.engine.quant;
    exports io.jgemma.engine.sample;
    exports io.jgemma.engine.selftest;
    exports io.jgemma.engine.session;
    exports io.jgemma.engine.spec;
    exports io.jgemma.engine.template;
    exports io.jgemma.engine.tensor;
    exports io.jgemma.engine.text;
    exports io.jgemma.engine.vision;

    uses io.jgemma.engine.backend.Accelerator;
    uses io.jgemma.engine.model.Architecture;
    uses io.jgemma.engine.model.EmbeddedModel;
    uses io.jgemma.engine.vision.VisionArchitecture;
}
