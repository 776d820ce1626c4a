/** Model architectures, one file each, and the demo model that is shipped. */
module io.jgemma.models {
    requires transitive io.jgemma.engine;
    requires static org.jspecify;

    provides io.jgemma.engine.model.Architecture with
            io.jgemma.models.Cohere2,
            io.jgemma.models.CommandR,
            io.jgemma.models.Gemma3,
            io.jgemma.models.Llama,
            io.jgemma.models.Olmo2,
            io.jgemma.models.Phi3,
            io.jgemma.models.Qwen2,
            io.jgemma.models.Qwen3;
    provides io.jgemma.engine.model.EmbeddedModel with
            io.jgemma.models.DemoModel;
    provides io.jgemma.engine.vision.VisionArchitecture with
            io.jgemma.models.Gemma3Vision;
}
