package io.jgemma.engine.cpu.x86;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether assembled kernels can run here, and if not, why. */
public final class X86Support {

    /** Linux describes its processors here; on x86-64 with a line of flags among which is long mode. */
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private final @Nullable CpuFeatures features;
    private final String reason;

    private X86Support(@Nullable CpuFeatures features, String reason) {
        this.features = features;
        this.reason = reason;
    }

    /** Asks the system and the processor. */
    public static X86Support find() {
        if (!X86Support.class.getModule().isNativeAccessEnabled()) {
            return new X86Support(null, "native access is not allowed (--enable-native-access)");
        }
        if (!isLinuxOnX86()) {
            return new X86Support(null, "they are made for Linux on x86-64");
        }
        try {
            CpuFeatures found = Cpuid.features();
            return found.avx2()
                    ? new X86Support(found, "")
                    : new X86Support(null, "the processor lacks AVX2, FMA or F16C");
        } catch (CodeMemoryException e) {
            return new X86Support(null, String.valueOf(e.getMessage()));
        }
    }

    private static boolean isLinuxOnX86() {
        List<String> lines;
        try {
            lines = Files.readAllLines(PROCESSORS, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return false;
        }
        return lines.stream()
                .filter(line -> line.startsWith("flags"))
                .anyMatch(line -> Arrays.asList(line.split("\\s+", -1)).contains("lm"));
    }

    /** Whether they can run. */
    public boolean isPresent() {
        return features != null;
    }

    /** Why they cannot run; empty where they can. */
    public String reason() {
        return reason;
    }

    /** What the processor can do; empty where assembled kernels cannot run. */
    Optional<CpuFeatures> features() {
        return Optional.ofNullable(features);
    }
}
