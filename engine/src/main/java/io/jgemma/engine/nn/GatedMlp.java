package io.jgemma.engine.nn;

import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.tensor.Tensor;

/** {@code y = down(f(gate(h)) * up(h))} (Shazeer, 2020, GLU variants). */
public final class GatedMlp {

    private final Linear gate;
    private final Linear up;
    private final Linear down;
    private final Activation activation;
    private final Workspace.Rows gated;
    private final Workspace.Rows raised;

    /** A feed-forward. */
    public GatedMlp(Linear gate, Linear up, Linear down, Activation activation, Workspace workspace) {
        this.gate = gate;
        this.up = up;
        this.down = down;
        this.activation = activation;
        gated = workspace.rows("ffn_gate", gate.outputs());
        raised = workspace.rows("ffn_up", up.outputs());
    }

    /** Computes {@code y}; both F32 [rows, hidden], {@code y} may be {@code h}. */
    public void apply(Tensor y, Tensor h) {
        int rows = (int) h.rows();
        Tensor g = gated.first(rows);
        Tensor u = raised.first(rows);
        gate.applyGated(g, u, up, h, activation);
        down.apply(y, g);
    }
}
