package io.jgemma.engine.model;

import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.nn.Attention;
import io.jgemma.engine.nn.GatedMlp;
import io.jgemma.engine.nn.RmsNorm;
import io.jgemma.engine.nn.Rope;
import io.jgemma.engine.nn.Workspace;
import io.jgemma.engine.spec.LayerSpec;
import org.jspecify.annotations.Nullable;

/**
 * What one block is made from, and the parts whose GGUF names are the same in all architectures ({@code blk.N.attn_q} and
 * so on).
 *
 * @param decoder what the decoder is made from
 * @param stage where the block runs
 * @param workspace the stage's buffers
 * @param index index of the layer
 * @param rope position embedding of the layer
 */
public record BlockContext(DecoderContext decoder, Stage stage, Workspace workspace, int index, Rope rope) {

    /** Operations where the block runs. */
    public Ops ops() {
        return stage.ops();
    }

    /** The layer's shape. */
    public LayerSpec layer() {
        return decoder.spec().layers().get(index);
    }

    private String named(String part) {
        return "blk." + index + "." + part;
    }

    /** The norm {@code blk.N.PART} over hidden. */
    public RmsNorm norm(String part) {
        return norm(part, decoder.spec().hidden());
    }

    private RmsNorm norm(String part, int n) {
        return stage.weights().rmsNorm(named(part), n, decoder.spec().normEpsilon());
    }

    private @Nullable RmsNorm optionalNorm(String part, int n) {
        return stage.weights().has(named(part) + ".weight") ? norm(part, n) : null;
    }

    /** Attention, with biases and norms of heads where the file has them. */
    public Attention attention() {
        LayerSpec layer = layer();
        Weights w = stage.weights();
        int n = decoder.spec().hidden();
        Attention.Parts parts = new Attention.Parts(
                w.linear(named("attn_q"), layer.heads() * layer.keyDim(), n),
                w.linear(named("attn_k"), layer.kvHeads() * layer.keyDim(), n),
                w.linear(named("attn_v"), layer.kvHeads() * layer.valueDim(), n),
                w.linear(named("attn_output"), n, layer.heads() * layer.valueDim()),
                optionalNorm("attn_q_norm", layer.keyDim()),
                optionalNorm("attn_k_norm", layer.keyDim()),
                rope);
        return new Attention(ops(), parts, layer, decoder.kv().layers().get(index), workspace);
    }

    /** The gated feed-forward. */
    public GatedMlp mlp() {
        LayerSpec layer = layer();
        Weights w = stage.weights();
        int n = decoder.spec().hidden();
        return new GatedMlp(
                w.linear(named("ffn_gate"), layer.feedForward(), n),
                w.linear(named("ffn_up"), layer.feedForward(), n),
                w.linear(named("ffn_down"), n, layer.feedForward()),
                layer.activation(),
                workspace);
    }

    /** A buffer of the residual stream's width, shared by all blocks. */
    public Workspace.Rows hidden() {
        return workspace.rows("hidden", decoder.spec().hidden());
    }
}
