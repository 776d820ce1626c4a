package io.jgemma.cli.chat;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.ProgressBar;
import io.jgemma.cli.io.StateDirectory;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.model.EngineOpener;
import io.jgemma.cli.model.KvChoices;
import io.jgemma.cli.options.AnswerOptions;
import io.jgemma.cli.options.ChatOptions;
import io.jgemma.cli.options.ImageOptions;
import io.jgemma.cli.options.ModelOptions;
import io.jgemma.cli.options.RuntimeOptions;
import io.jgemma.cli.options.ThinkingOptions;
import io.jgemma.cli.options.ToolOptions;
import io.jgemma.cli.tools.Toolbox;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A conversation in the terminal. */
@Command(name = "chat", description = "Talk with a model.", abbreviateSynopsis = true)
public final class ChatCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ChatOptions chat = new ChatOptions();

    @Mixin
    private ThinkingOptions thinking = new ThinkingOptions();

    @Mixin
    private ToolOptions tools = new ToolOptions();

    @Mixin
    private AnswerOptions answer = new AnswerOptions();

    @Mixin
    private ImageOptions images = new ImageOptions();

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    public ChatCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var file = model.file(console);
        answer.check();
        Toolbox toolbox = tools.toolbox();
        if (toolbox.runsPrograms() && !tools.unasked() && !console.inTerminal()) {
            throw new UsageException(
                    "the tools run programs, and without a terminal nobody can be asked whether they may;"
                            + " --yes lets them");
        }
        EngineOptions options = images.applyTo(tools.applyTo(chat.applyTo(runtime.engineOptions(file))), console);
        try (Engine engine = EngineOpener.open(console, options);
                Session session = engine.newSession();
                ChatTerminal terminal = terminal()) {
            engine.chatTemplate(); // without one there is nothing to talk with, which is better known now
            greet(engine, options, terminal);
            ChatSettings settings = new ChatSettings(
                    answer.sampling(engine.defaultSampling()),
                    answer.maxTokens(),
                    answer.stops(),
                    thinking.variables());
            Partner partner = Partner.of(engine, session);
            Conversation conversation = new Conversation(chat.system());
            Turn turn = new Turn(
                    terminal,
                    conversation,
                    partner,
                    toolbox,
                    new Consent(terminal, tools.unasked()),
                    settings,
                    () -> ProgressBar.of("reading", console));
            Commands commands = new Commands(terminal, conversation, turn, partner, home());
            new ChatLoop(terminal, conversation, turn, commands).run();
            return turn.failed() && !terminal.interactive() ? 1 : 0;
        }
    }

    private void greet(Engine engine, EngineOptions options, ChatTerminal terminal) {
        terminal.note(engine.modelName() + ", " + engine.description());
        terminal.detail(KvChoices.of(engine.spec(), engine.contextTokens(), options.keyType(), options.valueType())
                .sentence());
        if (engine.chatTemplateBuiltin()
                && !chat.templateGiven()
                && engine.embedded().isEmpty()) {
            terminal.note(
                    "The model's file has no chat template, so that of its family is used. A model that was only trained to"
                            + " continue text will not answer well: for those there is jgemma run.");
        }
        terminal.detail("/help shows what can be typed.");
    }

    private ChatTerminal terminal() {
        boolean dumb = console.environment().getOrDefault("TERM", "").equals("dumb");
        if (!console.inTerminal() || !console.outTerminal() || dumb) {
            return new PlainTerminal(console);
        }
        try {
            return JLineTerminal.open(
                    history(), console.outStyle(), console.environment().getOrDefault("TERM", ""));
        } catch (IOException e) {
            throw new CommandException("the terminal cannot be used: " + e.getMessage(), e);
        }
    }

    private Optional<Path> history() {
        Path directory = StateDirectory.of(console.environment(), home());
        try {
            return Optional.of(StateDirectory.privateFile(directory, "history"));
        } catch (IOException e) {
            console.note("What you type will not be saved in the history: " + directory + " cannot be written.");
            return Optional.empty();
        }
    }

    private static Path home() {
        return Path.of(System.getProperty("user.home"));
    }
}
