package io.jgemma.cli.chat;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.options.Thinking;
import io.jgemma.engine.chat.ChatMessage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What slash commands do. */
final class Commands {
    /** Characters of a message that is taken back. */
    private static final int SHOWN = 60;

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

    /** Whether a message is a picture that was dropped on the terminal, perhaps with a text behind it. */
    boolean isPicture(String text) {
        return PictureArgument.begins(text, this::path);
    }

    /** As {@code /image}. True if the conversation goes on. */
    boolean dropped(String text) {
        return image(text);
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
            case SET -> set(argument);
            case THINK -> think(argument);
            case REGEN -> {
                return regenerate();
            }
            case UNDO -> undo();
            case COPY -> copy();
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

    private void set(String argument) {
        if (argument.isEmpty()) {
            SettingCommand.show(turn.settings()).forEach(terminal::note);
            return;
        }
        try {
            turn.settings(SettingCommand.change(turn.settings(), argument));
            terminal.note("From the next answer on.");
        } catch (CommandException e) {
            terminal.error(String.valueOf(e.getMessage()));
        }
    }

    private void think(String argument) {
        Optional<Thinking> thinking = Thinking.of(argument);
        if (thinking.isEmpty()) {
            terminal.error("/think needs one of " + Thinking.NAMES + ".");
        } else if (!thinking.get().isKnownTo(partner.templateSource())) {
            terminal.error("The model's chat template has no switch for reasoning.");
        } else {
            turn.settings(turn.settings().withVariables(thinking.get().variables()));
            terminal.note("From the next answer on.");
        }
    }

    /** Answers the last message again; if nothing comes, the answer that was there stays. */
    private boolean regenerate() {
        OptionalInt before = conversation.beforeLastUser();
        if (before.isEmpty()) {
            terminal.error("There is no message to answer again.");
            return true;
        }
        List<ChatMessage> messages = conversation.messages();
        int asked = before.getAsInt() + 1;
        conversation.shorten(asked);
        boolean on = turn.run(before.getAsInt());
        if (conversation.size() < asked) {
            messages.subList(conversation.size(), messages.size()).forEach(conversation::add);
            terminal.note("The answer before stays.");
        }
        terminal.endTurn();
        return on;
    }

    private void undo() {
        OptionalInt before = conversation.beforeLastUser();
        if (before.isEmpty()) {
            terminal.error("There is no message to take back.");
            return;
        }
        String text = conversation.messages().get(before.getAsInt()).text();
        conversation.shorten(before.getAsInt());
        String first = text.lines().findFirst().orElse("");
        terminal.note("Taken back: " + (first.length() > SHOWN ? first.substring(0, SHOWN) + "…" : first));
    }

    private void copy() {
        Optional<String> answer = conversation.lastAnswer();
        if (answer.isEmpty()) {
            terminal.error("There is no answer to copy.");
        } else if (terminal.copy(answer.get())) {
            terminal.note("Copied " + answer.get().length() + " characters, if the terminal allows it.");
        } else {
            terminal.error("This terminal has no clipboard that can be reached.");
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
            boolean on = turn.run(before);
            terminal.endTurn();
            return on;
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
