package io.jgemma.engine.template;

import java.math.BigInteger;

/**
 * Counts what one parse or render uses and stops it at the {@link TemplateLimits}. Memory is counted as it is asked for and
 * never given back, since a template may keep whatever it made.
 */
final class Meter {
    /** What an element of a list takes with the value behind it, e.g. a string of one character. */
    static final int ITEM_BYTES = 64;

    private static final int ELEMENTS_PER_STEP = 8;
    private static final int CHAR_BYTES = Character.BYTES;

    /** The output is built in a buffer that doubles, and copied once. */
    private static final int OUTPUT_CHAR_BYTES = 4;

    private static final int BITS_SQUARED_PER_ELEMENT = 4096;
    private static final int STEPS_PER_CONTEXT_CHAR = 8;
    private static final int BYTES_PER_CONTEXT_CHAR = 32;

    private final TemplateLimits limits;
    private long maxSteps;
    private long maxMemoryBytes;
    private long steps;
    private long memoryBytes;
    private long outputChars;
    private int depth;

    Meter(TemplateLimits limits) {
        this.limits = limits;
        this.maxSteps = limits.maxSteps();
        this.maxMemoryBytes = limits.maxMemoryBytes();
    }

    TemplateLimits limits() {
        return limits;
    }

    /** Raises what may be used by what it takes to handle a context of that many characters. */
    void allow(long contextChars) {
        maxSteps += STEPS_PER_CONTEXT_CHAR * contextChars;
        maxMemoryBytes += BYTES_PER_CONTEXT_CHAR * contextChars;
    }

    void step() {
        if (++steps > maxSteps) {
            throw outOfSteps();
        }
    }

    /** Charges work proportional to a number of characters or elements. */
    void work(long elements) {
        steps += 1 + elements / ELEMENTS_PER_STEP;
        if (steps > maxSteps) {
            throw outOfSteps();
        }
    }

    /** Charges what looking at all of a value costs, where it is a string or a large integer. */
    void touch(Object value) {
        switch (value) {
            case String text -> work(text.length());
            case Traced traced -> work(traced.text().length());
            case Markup markup -> work(markup.text().length());
            case BigInteger integer -> work(integer.bitLength());
            default -> {}
        }
    }

    /** Charges work that grows with the product of two integers' sizes. */
    void integers(int bits, int otherBits) {
        work((long) bits * otherBits / BITS_SQUARED_PER_ELEMENT);
    }

    /** Charges memory. */
    void memory(long bytes) {
        memoryBytes += bytes;
        if (memoryBytes > maxMemoryBytes) {
            throw PyError.limit(
                    "the template needs more than the limit of " + (maxMemoryBytes >> 10) + " KiB of memory");
        }
    }

    /** Refuses a length that no string or list may have. */
    void limit(long elements) {
        if (elements > limits.maxValueLength()) {
            throw PyError.limit("a value of " + elements + " elements exceeds the limit of " + limits.maxValueLength());
        }
    }

    /** Checks and charges the length of a string, or of a list of values that are there already, about to be built. */
    int length(long elements) {
        limit(elements);
        work(elements);
        memory(elements * CHAR_BYTES);
        return (int) elements;
    }

    /** Checks and charges a list of new values about to be built. */
    int items(long count) {
        limit(count);
        work(count);
        memory(count * ITEM_BYTES);
        return (int) count;
    }

    /** Checks and charges characters added to a string. */
    void grow(long length, long added) {
        limit(length);
        work(added);
        memory(added * CHAR_BYTES);
    }

    void output(long chars) {
        outputChars += chars;
        if (outputChars > limits.maxOutputChars()) {
            throw PyError.limit("the output exceeds the limit of " + limits.maxOutputChars() + " characters");
        }
        work(chars);
        memory(chars * OUTPUT_CHAR_BYTES);
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

    /** The product of two numbers that are not negative, {@link Long#MAX_VALUE} where it is larger. */
    static long times(long length, long times) {
        return length == 0 || times <= Integer.MAX_VALUE / length ? length * times : Integer.MAX_VALUE;
    }

    private PyError outOfSteps() {
        return PyError.limit("the template needs more than " + maxSteps + " steps");
    }
}
