package io.jgemma.cli;

import io.jgemma.cli.bench.BenchCommand;
import io.jgemma.cli.chat.ChatCommand;
import io.jgemma.cli.command.GpuSelfTestCommand;
import io.jgemma.cli.command.InfoCommand;
import io.jgemma.cli.command.LogitsCommand;
import io.jgemma.cli.command.RunCommand;
import io.jgemma.cli.command.TemplateCommand;
import io.jgemma.cli.command.TokenizeCommand;
import io.jgemma.cli.compat.NearMisses;
import io.jgemma.cli.compat.OtherCommands;
import io.jgemma.cli.compat.OtherOptions;
import io.jgemma.cli.estimate.EstimateCommand;
import io.jgemma.cli.grammar.GrammarCommand;
import io.jgemma.cli.hub.ListCommand;
import io.jgemma.cli.hub.PullCommand;
import io.jgemma.cli.hub.RemoveCommand;
import io.jgemma.cli.hub.ShowCommand;
import io.jgemma.cli.io.ClosedOutputException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.Failures;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.options.CommonOptions;
import io.jgemma.cli.perplexity.PerplexityCommand;
import io.jgemma.cli.serve.ServeCommand;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line as a whole: picks a command, runs it, and answers every error with one line and an exit code. */
public final class Cli {
    private static final int HELP_WIDTH = 100;
    private static final String HELP = "help";

    /** Options of the program itself. */
    private static final Set<String> OF_NO_COMMAND =
            Set.of("-h", "--help", "-V", "--version", "--list-devices", "--debug");

    private final Console console;

    public Cli(Console console) {
        this.console = console;
    }

    /**
     * Runs one command line.
     *
     * @return the exit code: 0 well, 1 failed, 2 a command line that makes no sense, 3 a schema that is not supported, 141 nobody
     *     reads the output
     */
    public int run(String... args) {
        boolean debug = Arrays.asList(args).contains("--debug");
        List<String> words = completed(List.of(args));
        CommandLine line = commandLine(words);
        try {
            int code = line.execute(translated(line, words));
            console.out().flush();
            return code;
        } catch (ClosedOutputException e) {
            return ExitCode.CLOSED_OUTPUT;
        } catch (UsageException e) {
            return misused("jgemma " + words.getFirst(), Failures.line(e));
        } catch (OutOfMemoryError e) {
            return failed("jgemma", e, debug);
        }
    }

    /** The command line with the command that is meant, in jgemma's words. */
    private List<String> completed(List<String> args) {
        if (args.isEmpty()) {
            return args;
        }
        List<String> words = new ArrayList<>(args);
        String first = words.getFirst();
        if (first.equals(HELP)) {
            words.removeFirst();
            words.add("--help");
        } else if (first.startsWith("-") && !OF_NO_COMMAND.contains(first)) {
            words.addFirst(OtherCommands.meant(args));
        } else {
            words.set(0, OtherCommands.own(first));
        }
        return words;
    }

    /** The arguments of a command in its own options. What has no effect is told here. */
    private String[] translated(CommandLine line, List<String> words) {
        CommandLine command = words.isEmpty() ? null : line.getSubcommands().get(words.getFirst());
        if (command == null) {
            return words.toArray(String[]::new);
        }
        OtherOptions.Translated own =
                new OtherOptions().translate(command.getCommandSpec(), words.subList(1, words.size()));
        own.notes().forEach(console::note);
        List<String> all = new ArrayList<>(own.arguments());
        all.addFirst(words.getFirst());
        return all.toArray(String[]::new);
    }

    private CommandLine commandLine(List<String> words) {
        CommandLine line = withCommonOptions(new JgemmaCommand(console));
        Map<String, Supplier<Object>> commands = commands(line);
        Supplier<Object> named = words.isEmpty() ? null : commands.get(words.getFirst());
        // Reading the annotations of all commands costs more than running a small one, so only the one named is read.
        if (named != null && !words.getFirst().equals(CompletionCommand.NAME)) {
            line.addSubcommand(words.getFirst(), withCommonOptions(named.get()));
        } else {
            commands.forEach((name, command) -> line.addSubcommand(name, withCommonOptions(command.get())));
        }
        Numbers.register(line);
        return line.registerConverter(Path.class, Cli::path)
                .setPosixClusteredShortOptionsAllowed(false)
                .setOverwrittenOptionsAllowed(true)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(HELP_WIDTH)
                .setColorScheme(
                        CommandLine.Help.defaultColorScheme(console.outStyle().on() ? Ansi.ON : Ansi.OFF))
                .setOut(console.out().printWriter())
                .setErr(new PrintWriter(new OutputStreamWriter(console.err(), StandardCharsets.UTF_8), true))
                .setParameterExceptionHandler((failure, parsed) -> misused(failure))
                .setExecutionExceptionHandler((failure, command, parsed) -> executionFailed(failure, command, words));
    }

    /**
     * Reads a command line without running it.
     *
     * @return the command that would run; {@code help}, {@code version} or {@code devices}; {@code refused} when it makes no sense, which is told
     */
    String understood(String... args) {
        List<String> words = completed(List.of(args));
        CommandLine line = commandLine(words);
        try {
            ParseResult parsed = line.parseArgs(translated(line, words));
            ParseResult command = parsed.hasSubcommand() ? parsed.subcommand() : parsed;
            if (command.isUsageHelpRequested() || command.isVersionHelpRequested()) {
                return command.isUsageHelpRequested() ? "help" : "version";
            }
            return command == parsed ? "devices" : command.commandSpec().name();
        } catch (ParameterException e) {
            misused(e);
        } catch (UsageException e) {
            misused("jgemma " + words.getFirst(), Failures.line(e));
        }
        return "refused";
    }

    /** The options of a command. */
    CommandSpec options(String command) {
        return Objects.requireNonNull(
                        commandLine(List.of(command)).getSubcommands().get(command))
                .getCommandSpec();
    }

    private static CommandLine withCommonOptions(Object command) {
        CommandLine line = command instanceof CommandLine nested ? nested : new CommandLine(command);
        line.addMixin("common", new CommonOptions());
        return line;
    }

    private Map<String, Supplier<Object>> commands(CommandLine root) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("chat", () -> new ChatCommand(console));
        commands.put("run", () -> new RunCommand(console));
        commands.put("serve", () -> new ServeCommand(console));
        commands.put("pull", () -> new PullCommand(console));
        commands.put("list", () -> new ListCommand(console));
        commands.put("show", () -> new ShowCommand(console));
        commands.put("rm", () -> new RemoveCommand(console));
        commands.put("info", () -> new InfoCommand(console));
        commands.put("estimate", () -> new EstimateCommand(console));
        commands.put("tokenize", () -> new TokenizeCommand(console));
        commands.put("template", () -> new TemplateCommand(console));
        commands.put(
                "grammar",
                () -> new CommandLine(new GrammarCommand())
                        .addSubcommand("check", withCommonOptions(GrammarCommand.check(console))));
        commands.put("logits", () -> new LogitsCommand(console));
        commands.put("perplexity", () -> new PerplexityCommand(console));
        commands.put("bench", () -> new BenchCommand(console));
        commands.put("gpu-selftest", () -> new GpuSelfTestCommand(console));
        commands.put(CompletionCommand.NAME, () -> new CompletionCommand(console, root));
        return commands;
    }

    private static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("'" + name + "' is not a valid file name in this locale (" + e.getReason()
                    + "); with LC_ALL=C.UTF-8 it may be");
        }
    }

    private int misused(ParameterException failure) {
        CommandSpec command = failure.getCommandLine().getCommandSpec();
        return misused(
                command.qualifiedName(),
                failure instanceof UnmatchedArgumentException unmatched
                        ? unknown(unmatched, command)
                        : Failures.line(failure));
    }

    /** What to say of the first argument that nobody understands; those behind it may be its values. */
    private static String unknown(UnmatchedArgumentException failure, CommandSpec command) {
        String word = failure.getUnmatched().getFirst();
        if (failure.isUnknownOption()) {
            String name = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
            Set<String> names = new OtherOptions().names(command.name());
            names.addAll(command.optionsMap().keySet());
            return "there is no option '" + name + "'" + meant(NearMisses.of(name, names));
        }
        if (command.parent() != null) {
            return "'" + word + "' is one word too many";
        }
        Optional<String> advice = OtherCommands.advice(word);
        if (advice.isPresent()) {
            return "there is no command '" + word + "': " + advice.get();
        }
        return "there is no command '" + word + "'"
                + (Files.exists(path(word))
                        ? "; to talk with the model in that file: jgemma chat " + word
                        : meant(NearMisses.of(word, command.subcommands().keySet())));
    }

    private static String meant(List<String> words) {
        return words.isEmpty() ? "" : "; did you mean " + String.join(" or ", words) + "?";
    }

    private int misused(String name, String message) {
        console.out().flush();
        console.note(name + ": " + message + " (see " + name + " --help)");
        return ExitCode.USAGE;
    }

    private int executionFailed(Exception failure, CommandLine command, List<String> args) {
        String name = command.getCommandSpec().qualifiedName();
        return switch (failure) {
            case ClosedOutputException _ -> ExitCode.CLOSED_OUTPUT;
            case UsageException usage -> misused(name, Failures.line(usage));
            case ParameterException usage -> misused(name, Failures.line(usage));
            default -> failed(name, failure, args.contains("--debug"));
        };
    }

    private int failed(String name, Throwable failure, boolean debug) {
        console.out().flush();
        console.note(name + ": " + Failures.line(failure));
        if (debug) {
            failure.printStackTrace(console.err());
        }
        return ExitCode.FAILURE;
    }
}
