/** GGUF inference: file format, quantization types, tensors, the CPU backend, text handling and the public API. */
module io.jgemma.engine {
    requires static transitive org.jspecify;
    requires transitive com.fasterxml.jackson.databind;
    requires jdk.incubator.vector;
}
