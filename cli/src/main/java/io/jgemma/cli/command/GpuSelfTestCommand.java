package io.jgemma.cli.command;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.options.ByteSizeConverter;
import io.jgemma.engine.Engine;
import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.backend.DeviceInfo;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.engine.selftest.SelfTestOptions;
import io.jgemma.engine.selftest.SelfTestResult;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Computes every operation on GPUs and on the CPU, compares, and times the GPUs. */
@Command(
        name = "gpu-selftest",
        description = "Compare every GPU kernel with the CPU's, and measure how fast it moves data.",
        abbreviateSynopsis = true)
public final class GpuSelfTestCommand implements Callable<Integer> {
    private static final double GIGA = 1e9;
    private static final double PERCENT = 100;
    private static final long MOST_BYTES = 1L << 31;

    private final Console console;

    @Option(
            names = {"-mg", "--main-gpu"},
            paramLabel = "N",
            description = "Test this GPU only. Default: all, one after the other.")
    private @Nullable Integer device;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "256M",
            converter = ByteSizeConverter.class,
            description =
                    "Data that each kernel is timed with; less than fits into the GPU's cache does not measure its memory."
                            + " Default: ${DEFAULT-VALUE}.")
    private long bytes;

    @Option(
            names = {"-r", "--repetitions"},
            paramLabel = "N",
            defaultValue = "20",
            description = "Timed runs of each kernel. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Test only operations with this in their name, e.g. Q4_0 or attention.")
    private String only = "";

    @Option(
            names = "--gpu-gemm",
            paramLabel = "kernels|cublas",
            defaultValue = "kernels",
            description = "What multiplies many rows: jgemma's kernels, or NVIDIA's cuBLAS. Default: ${DEFAULT-VALUE}.")
    private Gemm gemm = Gemm.KERNELS;

    public GpuSelfTestCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (bytes < 1 || bytes > MOST_BYTES) {
            throw new UsageException("--size is from 1 byte to 2G");
        }
        if (runs < 1) {
            throw new UsageException("-r " + runs + " measures nothing; give 1 or more");
        }
        SelfTestOptions options = new SelfTestOptions(bytes, runs, only, gemm);
        boolean passed = true;
        for (DeviceInfo each : devices()) {
            console.out()
                    .println("GPU " + each.number() + ": " + each.name() + ", " + each.kind()
                            + ", memory moves at most " + gigabytes((double) each.bytesPerSecond()))
                    .flush();
            int[] count = {0, 0};
            passed &= Engine.selfTest(each.number(), options, result -> {
                count[result.passed() ? 0 : 1]++;
                console.out().println(line(result, each.bytesPerSecond())).flush();
            });
            console.out()
                    .println("GPU " + each.number() + ": " + count[0] + " passed, " + count[1] + " failed")
                    .flush();
            if (count[0] + count[1] == 0) {
                throw new UsageException("no operation has '" + only + "' in its name");
            }
        }
        return passed ? 0 : 1;
    }

    private List<DeviceInfo> devices() {
        List<DeviceInfo> all = Engine.devices();
        Integer wanted = device;
        if (wanted == null) {
            return all;
        }
        List<DeviceInfo> one =
                all.stream().filter(each -> each.number() == wanted).toList();
        if (one.isEmpty()) {
            throw new DeviceException("there is no GPU " + wanted + "; jgemma --list-devices shows those there are");
        }
        return one;
    }

    private static String line(SelfTestResult result, long most) {
        String line = String.format(Locale.ROOT, "%s  %-58s", result.passed() ? "pass" : "FAIL", result.operation());
        if (!result.failure().isEmpty()) {
            return line + "  " + result.failure();
        }
        line += String.format(Locale.ROOT, "  error %.1e (at most %.0e)", result.error(), result.bound());
        if (result.bytesPerSecond() > 0) {
            line += "  " + gigabytes(result.bytesPerSecond());
            if (most > 0) {
                line += String.format(Locale.ROOT, ", %.1f%% of the peak", PERCENT * result.bytesPerSecond() / most);
            }
        }
        return line;
    }

    private static String gigabytes(double bytesPerSecond) {
        return String.format(Locale.ROOT, "%.1f GB/s", bytesPerSecond / GIGA);
    }
}
