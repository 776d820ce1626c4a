package io.jgemma.engine.cpu.x86.weights;

/** In which order {@link RowQuantizer} leaves 32 activations, and how many of them a term sums up. */
public enum RowOrder {
    /** One after the other; a term for 32. */
    PLAIN("", 1),
    /** The first, third and so on, then the second, fourth and so on; a term for 32. */
    PARTED(", parted", 1),
    /** As before; a term for the first 16 activations and one for the others. */
    PARTED_HALVES(", parted, of halves", 2);

    private final String title;
    private final int terms;

    RowOrder(String title, int terms) {
        this.title = title;
        this.terms = terms;
    }

    /** The name of its routine. */
    public String title() {
        return "quantize" + title;
    }

    /** Terms of a block of 32. */
    public int terms() {
        return terms;
    }
}
