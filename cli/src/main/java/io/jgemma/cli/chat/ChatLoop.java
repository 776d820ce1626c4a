package io.jgemma.cli.chat;

import io.jgemma.cli.chat.ChatTerminal.Input;

/** Reads messages and commands until the person leaves. */
final class ChatLoop {
    private static final String PROMPT = "> ";

    private final ChatTerminal terminal;
    private final Conversation conversation;
    private final Turn turn;
    private final Commands commands;

    ChatLoop(ChatTerminal terminal, Conversation conversation, Turn turn, Commands commands) {
        this.terminal = terminal;
        this.conversation = conversation;
        this.turn = turn;
        this.commands = commands;
    }

    /** Runs the conversation. */
    void run() {
        boolean on = true;
        while (on) {
            on = switch (terminal.read(PROMPT)) {
                case Input.End _ -> false;
                case Input.Interrupted _ -> {
                    terminal.detail("Ctrl-C stops an answer; /exit or Ctrl-D leaves.");
                    yield true;
                }
                case Input.Message message -> handle(message);
            };
        }
    }

    /** True if the conversation goes on. */
    private boolean handle(Input.Message message) {
        if (message.text().isEmpty()) {
            return true;
        }
        if (!message.quoted() && commands.isPicture(message.text())) {
            return commands.dropped(message.text());
        }
        if (message.text().startsWith("/") && !message.quoted()) {
            return commands.run(message.text());
        }
        int before = conversation.size();
        conversation.addUser(message.text());
        boolean on = turn.run(before);
        terminal.endTurn();
        return on;
    }
}
