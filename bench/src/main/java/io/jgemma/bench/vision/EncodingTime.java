package io.jgemma.bench.vision;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.Weights;
import io.jgemma.engine.vision.PictureReader;
import io.jgemma.engine.vision.Projector;
import io.jgemma.engine.vision.VisionArchitecture;
import io.jgemma.engine.vision.VisionArchitectures;
import io.jgemma.engine.vision.VisionContext;
import io.jgemma.engine.vision.VisionEncoder;
import io.jgemma.engine.vision.VisionSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Seconds to encode a picture of the tower's size on the CPU, one line each in a report: the picture's values are made before, as
 * {@link Projector} makes them, and the rows are read back.
 *
 * <pre>java .. io.jgemma.bench.vision.EncodingTime PROJECTOR PICTURE REPORT [ROUNDS [KERNELS [THREADS]]]</pre>
 *
 * On Linux the last line is the memory of the process before the tower and after the pictures, mapped files left out.
 */
public final class EncodingTime {

    private static final double NANOS = 1e9;
    private static final Path STATUS = Path.of("/proc/self/status");

    private EncodingTime() {}

    /** Prints the seconds. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 3) {
            throw new IllegalArgumentException(
                    "give files of a projector, a picture and the report, and perhaps rounds, kernels and threads");
        }
        int rounds = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 1;
        KernelSet kernels = KernelSet.of(arguments.length > 4 ? arguments[4] : "auto");
        int threads = arguments.length > 5
                ? Integer.parseInt(arguments[5])
                : Runtime.getRuntime().availableProcessors();
        Path picture = Path.of(arguments[1]);
        try (GgufFile file = GgufFile.open(Path.of(arguments[0]));
                Backend backend = CpuBackend.open(kernels, threads);
                Weights weights = new Weights(file, backend, bytes -> {})) {
            VisionArchitecture architecture = VisionArchitectures.of(file);
            VisionSpec spec = architecture.spec(file);
            float[] values = new PictureReader(PictureReader.DEFAULT_MOST_PIXELS)
                    .read(Files.readAllBytes(picture), picture.toString())
                    .normalised(spec.mean(), spec.deviation());
            long before = anonymousKib();
            try (VisionEncoder encoder = architecture.encoder(new VisionContext(spec, backend, weights));
                    PrintWriter report =
                            new PrintWriter(Files.newBufferedWriter(Path.of(arguments[2])), /* autoFlush= */ true)) {
                for (int i = 0; i < rounds; i++) {
                    long start = System.nanoTime();
                    backend.read(encoder.encode(List.of(values)));
                    report.printf(Locale.ROOT, "%.3f s%n", (System.nanoTime() - start) / NANOS);
                }
                report.printf(Locale.ROOT, "memory %d MiB before, %d MiB after%n", before >> 10, anonymousKib() >> 10);
            }
        }
    }

    /** Memory of the process that no file backs. */
    private static long anonymousKib() throws IOException {
        if (!Files.exists(STATUS)) {
            return 0;
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
