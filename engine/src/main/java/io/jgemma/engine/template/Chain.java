package io.jgemma.engine.template;

/** Counts the nesting that a chain of operators builds, although parsing it does not recurse. */
final class Chain {
    private final Meter meter;
    private int links;

    Chain(Meter meter) {
        this.meter = meter;
    }

    void link() {
        meter.enter();
        links++;
    }

    void close() {
        while (links > 0) {
            meter.leave();
            links--;
        }
    }
}
