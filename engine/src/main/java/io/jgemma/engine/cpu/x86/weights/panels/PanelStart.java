package io.jgemma.engine.cpu.x86.weights.panels;

/** What the sums of {@link WidePanels} begin with. */
public enum PanelStart {
    ZERO(""),
    /** What is in {@code y}. */
    RESULT(", adding"),
    /** A number for each token. */
    TOKEN(", from a number");

    private final String title;

    PanelStart(String title) {
        this.title = title;
    }

    /** What is added to the names of routines. */
    public String title() {
        return title;
    }
}
