package io.jgemma.engine.cpu.x86.weights;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;

/**
 * How the weights of a panel are scaled; see {@code WidePanels} and {@code PanelProducts}. An offset of all codes is in the
 * activations' terms on 512-bit registers, and else in the codes.
 */
public enum PanelScaling {
    /** A factor for 32 columns. */
    PLAIN("", 1),
    /** A factor and a minimum for 32 columns. */
    MINIMA(" with minima", 1),
    /** A factor for 16 columns. */
    HALVES(" of halves", 2);

    private final String title;
    private final int parts;

    PanelScaling(String title, int parts) {
        this.title = title;
        this.parts = parts;
    }

    /** The scaling of a type in blocks of 32. */
    public static PanelScaling of(BlockFormat format) {
        return format.hasMinimum() ? MINIMA : PLAIN;
    }

    /** The scaling of a type in blocks of 256. */
    public static PanelScaling of(QuantType type) {
        return type.equals(QuantTypes.Q6_K) ? HALVES : MINIMA;
    }

    /** What is added to the names of routines. */
    public String title() {
        return title;
    }

    /** Factors of a row of weights for a block of 32 columns, and terms of a row of activations. */
    public int parts() {
        return parts;
    }
}
