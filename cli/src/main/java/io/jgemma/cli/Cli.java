package io.jgemma.cli;

import io.jgemma.cli.bench.BenchCommand;
import io.jgemma.cli.chat.ChatCommand;
import io.jgemma.cli.command.GpuSelfTestCommand;
import io.jgemma.cli.command.InfoCommand;
import io.jgemma.cli.command.LogitsCommand;
import io.jgemma.cli.command.RunCommand;
import io.jgemma.cli.command.TemplateCommand;
import io.jgemma.cli.command.TokenizeCommand;
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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line as a whole: picks a command, runs it, and answers every error with one line and an exit code. */
public final class Cli {
    private static final int HELP_WIDTH = 100;

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
        try {
            int code = commandLine(args).execute(args);
            console.out().flush();
            return code;
        } catch (ClosedOutputException e) {
            return ExitCode.CLOSED_OUTPUT;
        } catch (OutOfMemoryError e) {
            return failed("jgemma", e, debug);
        }
    }

    private CommandLine commandLine(String[] args) {
        CommandLine line = withCommonOptions(new JgemmaCommand(console));
        Map<String, Supplier<Object>> commands = commands(line);
        // Reading the annotations of all commands costs more than running a small one, so only the one named is read.
        if (args.length > 0 && commands.containsKey(args[0]) && !args[0].equals(CompletionCommand.NAME)) {
            line.addSubcommand(args[0], withCommonOptions(commands.get(args[0]).get()));
        } else {
            commands.forEach((name, command) -> line.addSubcommand(name, withCommonOptions(command.get())));
        }
        Numbers.register(line);
        return line.registerConverter(Path.class, Cli::path)
                .setPosixClusteredShortOptionsAllowed(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(HELP_WIDTH)
                .setColorScheme(
                        CommandLine.Help.defaultColorScheme(console.outStyle().on() ? Ansi.ON : Ansi.OFF))
                .setOut(console.out().printWriter())
                .setErr(new PrintWriter(new OutputStreamWriter(console.err(), StandardCharsets.UTF_8), true))
                .setParameterExceptionHandler((failure, parsed) -> misused(failure))
                .setExecutionExceptionHandler((failure, command, parsed) -> executionFailed(failure, command, args));
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
            throw new TypeConversionException("'" + name + "' is no file name in this locale (" + e.getReason()
                    + "); with LC_ALL=C.UTF-8 it may be");
        }
    }

    private int misused(ParameterException failure) {
        String name = failure.getCommandLine().getCommandSpec().qualifiedName();
        if (failure instanceof UnmatchedArgumentException unmatched
                && failure.getCommandLine().getParent() == null
                && !unmatched.isUnknownOption()) {
            String word = unmatched.getUnmatched().getFirst();
            String hint = Files.exists(path(word)) ? "; to talk with the model in that file: jgemma chat " + word : "";
            return misused(name, "there is no command '" + word + "'" + hint);
        }
        return misused(name, Failures.line(failure));
    }

    private int misused(String name, String message) {
        console.out().flush();
        console.note(name + ": " + message + " (see " + name + " --help)");
        return ExitCode.USAGE;
    }

    private int executionFailed(Exception failure, CommandLine command, String[] args) {
        String name = command.getCommandSpec().qualifiedName();
        return switch (failure) {
            case ClosedOutputException _ -> ExitCode.CLOSED_OUTPUT;
            case UsageException usage -> misused(name, Failures.line(usage));
            case ParameterException usage -> misused(name, Failures.line(usage));
            default -> failed(name, failure, Arrays.asList(args).contains("--debug"));
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
