package io.jgemma.cli.bench;

import io.jgemma.cli.bench.BenchTest.PromptThenGeneration;
import io.jgemma.cli.io.Build;
import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.machine.Processor;
import io.jgemma.cli.model.EngineOpener;
import io.jgemma.cli.model.KvChoices;
import io.jgemma.cli.model.ModelFacts;
import io.jgemma.cli.options.ComputeOptions;
import io.jgemma.cli.options.KvTypeConverter;
import io.jgemma.cli.options.RuntimeOptions;
import io.jgemma.cli.options.ScheduleOptions;
import io.jgemma.cli.options.SizeConverter;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.backend.OperationProfile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Speed of prompt processing and generation, with llama-bench's options and field names. */
@Command(
        name = "bench",
        description = "Measure speed: prompt processing (pp) and token generation (tg).",
        abbreviateSynopsis = true)
public final class BenchCommand implements Callable<Integer> {
    private static final int TOGETHER_CONTEXT = 512;

    private final Console console;

    @Mixin
    private BenchModels models = new BenchModels();

    @Option(
            names = {"-p", "--n-prompt"},
            paramLabel = "N[,N..]",
            split = ",",
            defaultValue = "512",
            converter = SizeConverter.class,
            description = "Prompt lengths to measure; 0 = none. Default: ${DEFAULT-VALUE}.")
    private List<Integer> prompts = List.of();

    @Option(
            names = {"-n", "--n-gen"},
            paramLabel = "N[,N..]",
            split = ",",
            defaultValue = "128",
            converter = SizeConverter.class,
            description = "Generation lengths to measure; 0 = none. Default: ${DEFAULT-VALUE}.")
    private List<Integer> generations = List.of();

    @Option(
            names = "-pg",
            paramLabel = "PP,TG",
            converter = PairConverter.class,
            description = "A prompt and a generation after it, measured as one. May be repeated.")
    private List<PromptThenGeneration> pairs = List.of();

    @Option(
            names = {"-d", "--n-depth"},
            paramLabel = "N[,N..]",
            split = ",",
            defaultValue = "0",
            converter = SizeConverter.class,
            description = "Tokens in the context before the clock starts. Default: ${DEFAULT-VALUE}.")
    private List<Integer> depths = List.of();

    @Option(
            names = {"-pl", "--parallel"},
            paramLabel = "N[,N..]",
            split = ",",
            description = "Measure N concurrent sequences instead, with prompts of -p and answers of -n tokens.")
    private List<Integer> parallel = List.of();

    @Option(
            names = "--gaps",
            paramLabel = "N",
            description =
                    "Measure the gaps between the tokens of N streams instead, while prompts of -p tokens are read.")
    private int gapStreams;

    @Option(
            names = {"-r", "--repetitions"},
            paramLabel = "N",
            defaultValue = "5",
            description = "Runs of each test. Default: ${DEFAULT-VALUE}.")
    private int repetitions = 5;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "md|json|jsonl|csv",
            defaultValue = "md",
            converter = BenchReport.Format.Converter.class,
            description = "Format of the results. Default: ${DEFAULT-VALUE}.")
    private BenchReport.Format format = BenchReport.Format.MD;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            description = "Minimum time of each test before it is measured, while the JVM compiles. Default: "
                    + "${DEFAULT-VALUE}.")
    private int warmUpSeconds = 3;

    @Option(names = "--no-warmup", description = "Skip the runs before the measured ones.")
    private boolean noWarmUp;

    @Option(
            names = "--profile",
            description = "Also print the time of each operation on the CPU, with the speed at which it reads weights"
                    + " (GB/s) and billions of multiply-adds per second (GMA/s). With -o md, json or jsonl.")
    private boolean profile;

    @Option(names = "--delay", paramLabel = "SECONDS", description = "Pause before each test. Default: 0.")
    private int delaySeconds;

    @Mixin
    private BenchAxes axes = new BenchAxes();

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Mixin
    private ScheduleOptions schedule = new ScheduleOptions();

    public BenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        checkNumbers();
        if (!parallel.isEmpty() || gapStreams > 0) {
            return together();
        }
        List<BenchTest> tests = BenchTest.plan(prompts, generations, pairs, depths);
        if (tests.isEmpty()) {
            throw new UsageException("nothing is left to measure; give -p, -n or -pg above 0");
        }
        int contextTokens = contextTokens(tests);
        BenchReport report = format.report();
        OperationProfile operations = new OperationProfile();
        boolean begun = false;
        for (Optional<Path> file : models.paths(console)) {
            for (BenchAxes.Setting setting : axes.settings()) {
                EngineOptions plain = options(file, setting, contextTokens);
                if (profile && plain.offload().layers() != 0) {
                    throw new UsageException("--profile times what the CPU does; give -ngl 0");
                }
                EngineOptions options =
                        profile ? plain.toBuilder().profile(operations).build() : plain;
                try (Engine engine = EngineOpener.open(console, options);
                        Session session = engine.newSession()) {
                    if (!begun) { // a model that cannot be opened leaves no half a table
                        report.begin(console.out());
                        begun = true;
                    }
                    console.note(KvChoices.of(engine.spec(), contextTokens, setting.keyType(), setting.valueType())
                            .sentence());
                    run(tests, report, new BenchRunner(engine, session, operations), setup(engine, options));
                }
            }
        }
        report.end(console.out());
        return 0;
    }

    private EngineOptions options(Optional<Path> file, BenchAxes.Setting setting, int contextTokens) {
        EngineOptions options = RuntimeOptions.engineOptions(file, setting.threads(), compute);
        return schedule.applyTo(setting.applyTo(options).withContextTokens(contextTokens));
    }

    /** Several sequences at once: the longest prompt and answer decide about the context. */
    private int together() {
        int most = prompts.stream().mapToInt(n -> n).max().orElse(0)
                + generations.stream().mapToInt(n -> n).max().orElse(0);
        ParallelReport report = new ParallelReport(format, console.out());
        for (Optional<Path> file : models.paths(console)) {
            for (BenchAxes.Setting setting : axes.settings()) {
                EngineOptions options = options(file, setting, Math.max(TOGETHER_CONTEXT, 2 * most));
                try (Engine engine = EngineOpener.open(console, options)) {
                    new TogetherMeasurement(
                                    console,
                                    new ParallelBench(engine, setting.kernels().toString()),
                                    report)
                            .run(prompts, generations, parallel, gapStreams, noWarmUp ? 0 : warmUpSeconds, repetitions);
                }
            }
        }
        report.end();
        return 0;
    }

    private void checkNumbers() {
        if (gapStreams < 0 || parallel.stream().anyMatch(n -> n < 1)) {
            throw new UsageException("--parallel and --gaps need 1 or more sequences");
        }
        boolean negative =
                Stream.of(prompts, generations, depths).flatMap(List::stream).anyMatch(n -> n < 0);
        if (negative || pairs.stream().anyMatch(pair -> pair.prompt() < 0 || pair.generation() < 0)) {
            throw new UsageException("lengths and depths must not be negative");
        }
        if (delaySeconds < 0) {
            throw new UsageException("--delay " + delaySeconds + " is no time; give 0 or more seconds");
        }
        if (warmUpSeconds < 0) {
            throw new UsageException("--warmup " + warmUpSeconds + " is not a time; give 0 or more seconds");
        }
        if (profile && (format == BenchReport.Format.CSV || !parallel.isEmpty() || gapStreams > 0)) {
            throw new UsageException("--profile needs -o md, json or jsonl, and neither --parallel nor --gaps");
        }
        if (repetitions < 1) {
            throw new UsageException("-r " + repetitions + " measures nothing; give 1 or more");
        }
    }

    private static int contextTokens(List<BenchTest> tests) {
        long most = tests.stream().mapToLong(BenchTest::contextTokens).max().orElse(0);
        if (most > Integer.MAX_VALUE) {
            throw new UsageException("a context of " + most + " tokens is beyond any model");
        }
        return (int) most;
    }

    private void run(List<BenchTest> tests, BenchReport report, BenchRunner runner, BenchSetup setup) {
        for (BenchTest test : tests) {
            pause();
            if (!noWarmUp) {
                runner.warmUp(test, Duration.ofSeconds(warmUpSeconds));
            }
            Instant started = Instant.now();
            BenchSamples samples = runner.measure(test, repetitions);
            Optional<ProfileTable> table = profile
                    ? Optional.of(new ProfileTable(runner.operations(), samples.totalNanos()))
                    : Optional.empty();
            report.result(console.out(), new BenchResult(setup, test, started, samples, table));
        }
    }

    private void pause() {
        try {
            Thread.sleep(Duration.ofSeconds(delaySeconds));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("the measurement was interrupted", e);
        }
    }

    private BenchSetup setup(Engine engine, EngineOptions options) {
        ModelFacts facts = ModelFacts.of(engine.file());
        return new BenchSetup(
                Build.version(),
                Processor.name(),
                engine.description(),
                options.kernels().toString(),
                options.model().map(Object::toString).orElse(engine.modelName()),
                facts.type(),
                facts.bytes(),
                facts.parameters(),
                options.batchTokens(),
                options.microBatchTokens(),
                ThreadCount.of(options.threads(), engine.description()),
                KvTypeConverter.spelling(options.keyType()),
                KvTypeConverter.spelling(options.valueType()));
    }
}
