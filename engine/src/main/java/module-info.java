/**
 * GGUF inference: file format, quantization types, tensors, the CPU backend, text handling and the public API. The
 * processor's packages ({@code cpu}) are nobody else's business but the benchmarks'; models come as services.
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
