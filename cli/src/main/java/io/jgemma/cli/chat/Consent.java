package io.jgemma.cli.chat;

import io.jgemma.cli.chat.ChatTerminal.Input;
import io.jgemma.cli.tools.ToolProgram;
import io.jgemma.cli.tools.Toolbox;
import io.jgemma.engine.chat.ToolCall;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Asks the person before a program of a tool runs: what a model writes is nobody's order. */
final class Consent {
    private final ChatTerminal terminal;
    private final boolean unasked;
    private final Set<String> always = new HashSet<>();

    /**
     * Asks on a terminal.
     *
     * @param unasked whether programs may run without a question
     */
    Consent(ChatTerminal terminal, boolean unasked) {
        this.terminal = terminal;
        this.unasked = unasked;
    }

    /** Whether the program may answer the call. */
    boolean given(ToolCall call, ToolProgram program) {
        if (unasked || always.contains(call.name())) {
            return true;
        }
        if (!terminal.interactive()) {
            terminal.error("The tool '" + call.name() + "' did not run: nobody is here to allow it. --yes does.");
            return false;
        }
        terminal.note("The model wants to run " + String.join(" ", program.command()) + " with "
                + Toolbox.argumentsJson(call));
        String answer =
                terminal.read("run it? y = yes, a = always this tool, n = no> ") instanceof Input.Message message
                        ? message.text().toLowerCase(Locale.ROOT)
                        : "";
        if (answer.equals("a") || answer.equals("always")) {
            always.add(call.name());
        }
        return always.contains(call.name()) || answer.equals("y") || answer.equals("yes");
    }
}
