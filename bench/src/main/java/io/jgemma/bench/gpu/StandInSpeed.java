package io.jgemma.bench.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * How fast a stand-in for the driver runs jgemma's kernels: {@code threadInstructions} is how many instructions its
 * interpreter executes a microsecond, counted a thread at a time.
 *
 * <p>{@link #main} compares stand-ins: it takes folders, each with a {@code libcuda.so.1}, and measures one after the other,
 * round by round, so that what else the machine does falls on all.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 1, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 1, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-modules", "jdk.incubator.vector"})
public class StandInSpeed {
    private static final int ROUNDS = 3;
    private static final String INSTRUCTIONS = "threadInstructions";

    /** The folder of the driver. */
    @Param({"cuda-kernels/target/stand-in"})
    public String driver = "";

    @Param({
        "product of one row, Q4_0",
        "product of 64 rows, Q4_0",
        "product of one row, Q6_K",
        "attention of one row, Q4_0",
        "attention of 64 rows, Q4_0",
        "norm of 256 rows"
    })
    public String work = "";

    private Optional<StandInWork> kernels = Optional.empty();
    private Optional<StandInCounts> counts = Optional.empty();

    /** What one call counts for. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public long threadInstructions;
    }

    /** Loads the driver by its path; who asks for one by name afterwards gets the same. */
    @Setup
    @SuppressWarnings("restricted")
    public void open() {
        SymbolLookup.libraryLookup(Path.of(driver, StandInCounts.DRIVER).toAbsolutePath(), Arena.global());
        counts = StandInCounts.find();
        kernels = Optional.of(new StandInWork());
    }

    @Benchmark
    public void run(Work done) {
        StandInCounts counted = counts.orElseThrow();
        counted.begin();
        kernels.orElseThrow().run(work);
        done.threadInstructions += counted.threadInstructions();
    }

    @TearDown
    public void close() {
        kernels.ifPresent(StandInWork::close);
    }

    /** Compares the stand-ins in the folders: the first is what others are compared with. */
    public static void main(String[] folders) throws RunnerException {
        List<Speed> speeds = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (String folder : folders) {
                for (RunResult result : new Runner(new OptionsBuilder()
                                .include(StandInSpeed.class.getName() + ".run")
                                .param("driver", folder)
                                .build())
                        .run()) {
                    Result<?> counted =
                            Objects.requireNonNull(result.getSecondaryResults().get(INSTRUCTIONS));
                    speeds.add(new Speed(result.getParams().getParam("work"), folder, counted.getScore()));
                }
            }
        }
        System.getLogger(StandInSpeed.class.getName()).log(System.Logger.Level.INFO, table(folders, speeds));
    }

    /** What a round measured, in millions of thread instructions per second. */
    private record Speed(String work, String folder, double millions) {}

    private static String table(String[] folders, List<Speed> speeds) {
        StringBuilder text = new StringBuilder("millions of thread instructions per second: median, least, greatest");
        speeds.stream().map(Speed::work).distinct().forEach(work -> {
            text.append(String.format(Locale.ROOT, "%n%-28s", work));
            double first = 0;
            for (String folder : folders) {
                double[] all = speeds.stream()
                        .filter(each -> each.work.equals(work) && each.folder.equals(folder))
                        .mapToDouble(Speed::millions)
                        .sorted()
                        .toArray();
                double median = all[all.length / 2];
                first = first == 0 ? median : first;
                text.append(String.format(
                        Locale.ROOT,
                        "  %8.1f (%.1f to %.1f) x %.2f",
                        median,
                        all[0],
                        all[all.length - 1],
                        median / first));
            }
        });
        return text.toString();
    }
}
