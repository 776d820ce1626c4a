package io.jgemma.engine.cpu.x86;

/** How the weights of a panel for 512-bit registers are scaled; see {@link WidePanels}. */
enum PanelScaling {
    /** A factor for 32 columns; an offset of all codes is in the activations' terms. */
    PLAIN("", 1),
    /** A factor and a minimum for 32 columns. */
    MINIMA(" with minima", 1),
    /** A factor for 16 columns; an offset of all codes is in the activations' terms. */
    HALVES(" of halves", 2);

    private final String title;
    private final int parts;

    PanelScaling(String title, int parts) {
        this.title = title;
        this.parts = parts;
    }

    /** The scaling of a type in blocks of 32. */
    static PanelScaling of(BlockFormat format) {
        return format.hasMinimum() ? MINIMA : PLAIN;
    }

    /** What is added to the names of routines. */
    String title() {
        return title;
    }

    /** Factors of a row of weights for a block of 32 columns, and terms of a row of activations. */
    int parts() {
        return parts;
    }
}
