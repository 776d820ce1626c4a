package io.jgemma.cli.model;

import io.jgemma.cli.io.Sizes;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufTensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sums over a file's tensors.
 *
 * @param architecture {@code general.architecture}
 * @param parameters elements of all tensors
 * @param bytes bytes of all tensors
 * @param types what tensors there are of each type, the type with the most bytes first
 */
public record ModelFacts(String architecture, long parameters, long bytes, List<TypeShare> types) {

    public ModelFacts {
        types = List.copyOf(types);
    }

    /**
     * Tensors of one type.
     *
     * @param type GGUF's name of it
     * @param tensors how many
     * @param bytes their bytes
     */
    public record TypeShare(String type, int tensors, long bytes) {
        private TypeShare plus(TypeShare other) {
            return new TypeShare(type, tensors + other.tensors, bytes + other.bytes);
        }
    }

    /** The facts of a file. */
    public static ModelFacts of(GgufFile file) {
        Map<String, TypeShare> shares = new TreeMap<>();
        long parameters = 0;
        long bytes = 0;
        for (GgufTensor tensor : file.tensors()) {
            long size = tensor.byteSize();
            parameters += tensor.elements();
            bytes += size;
            shares.merge(tensor.type().name(), new TypeShare(tensor.type().name(), 1, size), TypeShare::plus);
        }
        List<TypeShare> types = new ArrayList<>(shares.values());
        types.sort(Comparator.comparingLong(TypeShare::bytes).reversed());
        return new ModelFacts(file.metadata().string("general.architecture", "unknown"), parameters, bytes, types);
    }

    /** Architecture, size and the type of most weights, e.g. {@code gemma3 268.10 M Q4_0}. */
    public String type() {
        String mostly = types.isEmpty() ? "" : " " + types.getFirst().type();
        return architecture + " " + Sizes.count(parameters) + mostly;
    }
}
