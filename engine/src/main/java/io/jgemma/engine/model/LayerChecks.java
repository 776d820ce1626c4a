package io.jgemma.engine.model;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.spec.LayerSpec;
import java.util.Optional;

/** Refuses layers whose numbers do not go together, or not with the file's tensors, before memory is taken for them. */
final class LayerChecks {
    private static final int MOST_HEAD_DIM = 1 << 16;

    private final SpecReader keys;
    private final GgufFile file;

    LayerChecks(SpecReader keys, GgufFile file) {
        this.keys = keys;
        this.file = file;
    }

    void require(int index, int hidden, LayerSpec.Shape shape, LayerSpec.Attending attending) {
        requireHeadDim("attention.key_length", shape.keyDim());
        requireHeadDim("attention.value_length", shape.valueDim());
        if (attending.rope().rotatedDims() > shape.keyDim()) {
            throw keys.refused(
                    "rope.dimension_count",
                    Integer.toString(attending.rope().rotatedDims()),
                    "at most the " + shape.keyDim() + " elements of a head" + SpecReader.DAMAGED);
        }
        String block = "blk." + index + ".";
        requireRows(block + "attn_q.weight", (long) shape.heads() * shape.keyDim(), hidden, "attention.head_count");
        requireRows(
                block + "attn_k.weight", (long) shape.kvHeads() * shape.keyDim(), hidden, "attention.head_count_kv");
        requireRows(
                block + "attn_v.weight", (long) shape.kvHeads() * shape.valueDim(), hidden, "attention.value_length");
        requireRows(block + "ffn_gate.weight", shape.feedForward(), hidden, "feed_forward_length");
    }

    private void requireHeadDim(String key, int dim) {
        if (dim < 1 || dim > MOST_HEAD_DIM) {
            throw keys.refused(
                    key, dim + " (given, or embedding_length over attention.head_count)", "1 to " + MOST_HEAD_DIM);
        }
    }

    /** A tensor that is missing is told when it is loaded. */
    private void requireRows(String name, long rows, int columns, String key) {
        Optional<GgufTensor> found = file.find(name);
        if (found.isPresent() && (found.get().rows() != rows || found.get().columns() != columns)) {
            throw new ModelException(
                    file.name() + ": tensor " + name + " has " + found.get().rows() + " rows of "
                            + found.get().columns() + " elements, but " + keys.name(key) + " and "
                            + keys.name("embedding_length") + " ask for " + rows + " of " + columns
                            + ": the file is damaged or of another model");
        }
    }
}
