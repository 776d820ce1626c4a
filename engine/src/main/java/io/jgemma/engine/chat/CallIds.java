package io.jgemma.engine.chat;

import java.util.function.Supplier;

/** Ids for tool calls: a prefix and a number that counts up. Not for use by several threads. */
public final class CallIds implements Supplier<String> {
    private final String prefix;
    private long next;

    /**
     * Ids.
     *
     * @param prefix what each begins with
     * @param first number of the first
     */
    public CallIds(String prefix, long first) {
        this.prefix = prefix;
        next = first;
    }

    /** {@code call_0}, {@code call_1} and so on. */
    public static CallIds fromZero() {
        return new CallIds("call_", 0);
    }

    @Override
    public String get() {
        String id = prefix + next;
        next++;
        return id;
    }
}
