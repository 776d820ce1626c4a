package io.jgemma.engine.model;

import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.nn.Attention;
import io.jgemma.engine.nn.GatedMlp;
import io.jgemma.engine.nn.LayerNorm;
import io.jgemma.engine.nn.Linear;
import io.jgemma.engine.nn.RmsNorm;
import io.jgemma.engine.nn.Rope;
import io.jgemma.engine.nn.Workspace;
import io.jgemma.engine.spec.LayerSpec;
import java.util.ArrayList;
import java.util.List;
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

    /** LayerNorm {@code blk.N.PART} over hidden, with a bias where the file has one. */
    public LayerNorm layerNorm(String part) {
        return stage.weights()
                .layerNorm(named(part), decoder.spec().hidden(), decoder.spec().normEpsilon());
    }

    /** Attention, with biases and norms of Q and K where the file has them; Q, K and V may be joined to {@code attn_qkv}. */
    public Attention attention() {
        LayerSpec layer = layer();
        int n = decoder.spec().hidden();
        int queries = layer.heads() * layer.keyDim();
        int keys = layer.kvHeads() * layer.keyDim();
        List<Linear> qkv = joined(
                "attn_qkv",
                n,
                List.of("attn_q", "attn_k", "attn_v"),
                queries,
                keys,
                layer.kvHeads() * layer.valueDim());
        Attention.Parts parts = new Attention.Parts(
                qkv.get(0),
                qkv.get(1),
                qkv.get(2),
                stage.weights().linear(named("attn_output"), n, layer.heads() * layer.valueDim()),
                headNorm("attn_q_norm", layer.keyDim(), queries),
                headNorm("attn_k_norm", layer.keyDim(), keys),
                rope);
        return new Attention(ops(), parts, layer, decoder.kv().layers().get(index), workspace);
    }

    /** A norm of each head, or of all heads together, as its tensor's length says; null where the file has none. */
    private @Nullable RmsNorm headNorm(String part, int head, int all) {
        return optionalNorm(part, stage.weights().columns(named(part) + ".weight") == all ? all : head);
    }

    /** Several matrices, which the file may have joined row by row. */
    private List<Linear> joined(String whole, int inputs, List<String> parts, int... outputs) {
        Weights w = stage.weights();
        if (w.has(named(whole) + ".weight")) {
            return w.split(named(whole), inputs, outputs);
        }
        List<Linear> each = new ArrayList<>();
        for (int i = 0; i < outputs.length; i++) {
            each.add(w.linear(named(parts.get(i)), outputs[i], inputs));
        }
        return each;
    }

    /** The gated feed-forward; a file without {@code ffn_gate} has joined it to {@code ffn_up}, before its rows. */
    public GatedMlp mlp() {
        LayerSpec layer = layer();
        Weights w = stage.weights();
        int n = decoder.spec().hidden();
        int wide = layer.feedForward();
        boolean joined = !w.has(named("ffn_gate") + ".weight") && w.rows(named("ffn_up") + ".weight") == 2L * wide;
        List<Linear> halves = joined
                ? w.split(named("ffn_up"), n, wide, wide)
                : List.of(w.linear(named("ffn_gate"), wide, n), w.linear(named("ffn_up"), wide, n));
        return new GatedMlp(
                halves.get(0), halves.get(1), w.linear(named("ffn_down"), n, wide), layer.activation(), workspace);
    }

    /** Another buffer of the residual stream's width, shared by all blocks. */
    public Workspace.Rows secondHidden() {
        return workspace.rows("second hidden", decoder.spec().hidden());
    }

    /** A buffer of the residual stream's width, shared by all blocks. */
    public Workspace.Rows hidden() {
        return workspace.rows("hidden", decoder.spec().hidden());
    }
}
