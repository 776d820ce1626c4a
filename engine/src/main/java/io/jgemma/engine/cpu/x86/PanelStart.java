package io.jgemma.engine.cpu.x86;

/** What the sums of {@link WidePanels} begin with. */
enum PanelStart {
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
    String title() {
        return title;
    }
}
