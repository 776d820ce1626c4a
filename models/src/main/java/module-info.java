/** The model architectures, each one file of wiring, and the embedded demo weights. */
module io.jgemma.models {
    requires static org.jspecify;
    requires io.jgemma.engine;
}
