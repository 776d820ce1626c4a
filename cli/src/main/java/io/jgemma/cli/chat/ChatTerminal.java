package io.jgemma.cli.chat;

import io.jgemma.cli.io.AnswerScreen;
import io.jgemma.engine.chat.ToolCall;

/** Where a conversation happens. Used by one thread, interrupts excepted. */
interface ChatTerminal extends AnswerScreen, AutoCloseable {

    /** What came back from {@link #read}. */
    sealed interface Input {
        /**
         * A whole message; may span lines.
         *
         * @param text the message, without white space around it
         * @param quoted whether it stood between {@code """}, and so is no command whatever it begins with
         */
        record Message(String text, boolean quoted) implements Input {}

        /** Ctrl-C instead of a message. */
        record Interrupted() implements Input {}

        /** Nothing more will come: Ctrl-D, or the end of a pipe. */
        record End() implements Input {}
    }

    /** Stops listening for interrupts. */
    interface Listening extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Asks for a message: a line, lines continued by a backslash at their end, or a block between {@code """}.
     *
     * @param prompt what stands before it
     */
    Input read(String prompt);

    /** Whether a person sits there who can be asked. */
    boolean interactive();

    /** A call is shown when it is answered. */
    @Override
    default void called(ToolCall call) {}

    /** The turn is over, and the next message will be asked for. */
    default void endTurn() {}

    /** Puts a text on the clipboard; false if the terminal has none. */
    default boolean copy(String text) {
        return false;
    }

    /** A line of the program's own. */
    void note(String line);

    /** A less important line of the program's own. */
    void detail(String line);

    /** A line about something that went wrong. */
    void error(String line);

    /**
     * Calls {@code action} on Ctrl-C, on another thread, until the listening is closed. Where no person sits there,
     * Ctrl-C keeps its usual meaning.
     */
    Listening onInterrupt(Runnable action);

    /** Gives the terminal back as it was. */
    @Override
    void close();
}
