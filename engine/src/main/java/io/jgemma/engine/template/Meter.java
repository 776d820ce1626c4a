package io.jgemma.engine.template;

/** Counts what one parse or render uses and stops it at the {@link TemplateLimits}. */
final class Meter {
    private static final int ELEMENTS_PER_STEP = 8;

    private final TemplateLimits limits;
    private long steps;
    private long outputChars;
    private int depth;

    Meter(TemplateLimits limits) {
        this.limits = limits;
    }

    TemplateLimits limits() {
        return limits;
    }

    void step() {
        if (++steps > limits.maxSteps()) {
            throw outOfSteps();
        }
    }

    /** Charges work proportional to a number of characters or elements. */
    void work(long elements) {
        steps += 1 + elements / ELEMENTS_PER_STEP;
        if (steps > limits.maxSteps()) {
            throw outOfSteps();
        }
    }

    /** Checks and charges the length of a value about to be built. */
    int length(long elements) {
        if (elements > limits.maxValueLength()) {
            throw PyError.limit("a value of " + elements + " elements exceeds the limit of " + limits.maxValueLength());
        }
        work(elements);
        return (int) elements;
    }

    void output(int chars) {
        outputChars += chars;
        if (outputChars > limits.maxOutputChars()) {
            throw PyError.limit("the output exceeds the limit of " + limits.maxOutputChars() + " characters");
        }
        work(chars);
    }

    void enter() {
        if (++depth > limits.maxDepth()) {
            depth--;
            throw PyError.limit("nesting exceeds the limit of " + limits.maxDepth() + " levels");
        }
        step();
    }

    void leave() {
        depth--;
    }

    private PyError outOfSteps() {
        return PyError.limit("the template needs more than " + limits.maxSteps() + " steps");
    }
}
