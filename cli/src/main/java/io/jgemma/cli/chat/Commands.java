package io.jgemma.cli.chat;

import io.jgemma.cli.io.CommandException;
import java.nio.file.Path;
import java.util.Optional;

/** What slash commands do. */
final class Commands {
    private final ChatTerminal terminal;
    private final Conversation conversation;
    private final Turn turn;
    private final Partner partner;
    private final Path home;
    private final ConversationMemory memory;

    /**
     * Commands on one conversation.
     *
     * @param home what {@code ~} stands for in file names
     */
    Commands(ChatTerminal terminal, Conversation conversation, Turn turn, Partner partner, Path home) {
        this.terminal = terminal;
        this.conversation = conversation;
        this.turn = turn;
        this.partner = partner;
        this.home = home;
        memory = new ConversationMemory(terminal, partner);
    }

    /** Does what {@code text} says. True if the conversation goes on. */
    boolean run(String text) {
        Optional<SlashCommand.Typed> typed = SlashCommand.parse(text);
        if (typed.isEmpty()) {
            terminal.error("There is no command '" + text.lines().findFirst().orElse(text)
                    + "'; /help shows them. A message that begins with / goes between \"\"\".");
            return true;
        }
        SlashCommand command = typed.get().command();
        String argument = typed.get().argument();
        switch (command) {
            case HELP -> help();
            case SYSTEM -> system(argument);
            case CLEAR -> clear();
            case SAVE -> file(command, argument, this::save);
            case LOAD -> file(command, argument, this::load);
            case IMAGE -> {
                return image(argument);
            }
            case STATS -> turn.statistics().lines(partner).forEach(terminal::note);
            case EXIT -> {
                return false;
            }
        }
        return true;
    }

    private void help() {
        for (SlashCommand command : SlashCommand.values()) {
            terminal.note(command.help());
        }
        terminal.note("A message may span lines: end a line with \\, or put the message between \"\"\" and \"\"\".");
        terminal.note("Ctrl-C stops an answer, Ctrl-D leaves.");
    }

    private void system(String argument) {
        if (argument.isEmpty()) {
            terminal.note(
                    conversation.system().map(text -> "System prompt: " + text).orElse("There is no system prompt."));
        } else if (argument.equals("-")) {
            conversation.system(Optional.empty());
            terminal.note("The system prompt is removed.");
        } else {
            conversation.system(Optional.of(argument));
            terminal.note("The system prompt is set; the next answer obeys it.");
        }
    }

    private void clear() {
        conversation.shorten(0);
        terminal.note("The conversation is forgotten"
                + (conversation.system().isPresent() ? "; the system prompt stays." : "."));
    }

    /** What is done with a file. */
    private interface FileAction {
        void on(Path file);
    }

    private void file(SlashCommand command, String argument, FileAction action) {
        if (argument.isEmpty()) {
            terminal.error(command.word() + " needs a file name.");
            return;
        }
        try {
            action.on(path(argument));
        } catch (CommandException e) {
            terminal.error(String.valueOf(e.getMessage()));
        }
    }

    /** Shows a picture; with a text behind the file's name the model answers at once. */
    private boolean image(String argument) {
        try {
            PictureArgument picture = PictureArgument.parse(argument, this::path);
            if (picture.text().isEmpty()) {
                conversation.show(picture.image());
                terminal.note(picture.image().name() + " goes with your next message.");
                return true;
            }
            int before = conversation.size();
            conversation.show(picture.image());
            conversation.addUser(picture.text());
            return turn.run(before);
        } catch (CommandException e) {
            terminal.error(String.valueOf(e.getMessage()));
            return true;
        }
    }

    private Path path(String name) {
        try {
            return name.startsWith("~/") ? home.resolve(name.substring(2)) : Path.of(name);
        } catch (java.nio.file.InvalidPathException e) {
            throw new CommandException("'" + name + "' is not a file name: " + e.getReason(), e);
        }
    }

    private void save(Path file) {
        ConversationFile.save(file, new SavedConversation(partner.name(), turn.settings(), conversation.all()));
        terminal.note("Saved " + conversation.size() + " messages to " + file + ".");
        memory.save(file, conversation.size() > 0);
    }

    private void load(Path file) {
        SavedConversation saved = ConversationFile.load(file);
        conversation.replace(saved.system(), saved.messages());
        turn.settings(saved.settings());
        terminal.note("Loaded " + conversation.size() + " messages from " + file + "."
                + (saved.model().equals(partner.name()) ? "" : " They were exchanged with " + saved.model() + "."));
        memory.load(file);
    }
}
