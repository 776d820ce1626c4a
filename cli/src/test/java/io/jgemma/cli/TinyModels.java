package io.jgemma.cli;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufMetadata;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.gguf.GgufValueType;
import io.jgemma.engine.gguf.GgufWriter;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.Architectures;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** The small models with random weights that the tests of architectures run on, and changed copies of them. */
final class TinyModels {
    private TinyModels() {}

    /** A value of metadata. */
    record Value(GgufValueType type, Object value) {}

    /** Their architectures. */
    static List<String> architectures() {
        return Architectures.all().stream().map(Architecture::name).sorted().toList();
    }

    /** The small model of an architecture. */
    static Path of(String architecture) {
        return Path.of("../models/src/test/resources/golden/" + architecture + "-tiny-q4_0.gguf");
    }

    /** Writes a copy with other metadata. */
    static Path copy(Path model, Path to, Map<String, Value> changes) {
        return copy(model, to, changes, (name, blocks) -> blocks);
    }

    /**
     * Writes a copy.
     *
     * @param changes keys with their new values, in place of the old ones or beside them
     * @param weights given a tensor's name and its stored blocks, what to store
     */
    static Path copy(Path model, Path to, Map<String, Value> changes, BiFunction<String, byte[], byte[]> weights) {
        GgufWriter writer = new GgufWriter();
        try (GgufFile file = GgufFile.open(model)) {
            GgufMetadata metadata = file.metadata();
            for (String key : metadata.keys()) {
                if (!changes.containsKey(key)) {
                    Object value = metadata.value(key);
                    writer.put(
                            key,
                            metadata.type(key),
                            value instanceof List<?> list
                                    ? new GgufWriter.Array(metadata.elementType(key), list)
                                    : value);
                }
            }
            changes.forEach((key, value) -> writer.put(key, value.type(), value.value()));
            for (GgufTensor tensor : file.tensors()) {
                byte[] blocks = tensor.data().toArray(ValueLayout.JAVA_BYTE);
                writer.tensor(tensor.name(), tensor.type(), tensor.shape(), weights.apply(tensor.name(), blocks));
            }
        }
        return writer.write(to);
    }
}
