package io.jgemma.engine.cpu.x86;

import io.jgemma.engine.cpu.x86.assembler.CpuFeatures;
import io.jgemma.engine.cpu.x86.assembler.Cpuid;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.platform.CodeMemoryException;
import io.jgemma.engine.platform.NativeAccess;
import io.jgemma.engine.platform.Platform;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether assembled kernels can run here, and if not, why. */
public final class X86Support {

    private final @Nullable CpuFeatures features;
    private final @Nullable Isa isa;
    private final String reason;

    private final boolean forbidden;

    private X86Support(CpuFeatures features, Isa isa) {
        this.features = features;
        this.isa = isa;
        reason = "";
        forbidden = false;
    }

    private X86Support(String reason) {
        this(reason, false);
    }

    private X86Support(String reason, boolean forbidden) {
        features = null;
        isa = null;
        this.reason = reason;
        this.forbidden = forbidden;
    }

    /** Asks the system and the processor. */
    public static X86Support find() {
        if (!NativeAccess.isAllowed()) {
            return new X86Support("native access is denied; start java with --enable-native-access=ALL-UNNAMED", true);
        }
        if (Platform.here() == Platform.OTHER) {
            return new X86Support("they are made for Linux and Windows on x86-64");
        }
        try {
            CpuFeatures found = Cpuid.features();
            return found.avx2()
                    ? new X86Support(found, Isa.of(found))
                    : new X86Support("the processor lacks AVX2, FMA or F16C");
        } catch (CodeMemoryException e) {
            return new X86Support(String.valueOf(e.getMessage()));
        }
    }

    /**
     * The same, held to a level of instructions, as if the processor had no more. Where it has AVX-512 and not AVX-VNNI, {@code avx-vnni} is that level with
     * AVX-512's form of its instruction.
     *
     * @param level {@code avx2}, {@code avx-vnni}, {@code avx512-vnni} or {@code avx512-vbmi}
     */
    public X86Support limitedTo(String level) {
        Isa wanted = Isa.named(level);
        boolean evex = wanted == Isa.AVX_VNNI && features != null && !features.avxVnni() && features.avx512Vnni();
        return limitedTo(evex ? Isa.AVX_VNNI_EVEX : wanted);
    }

    /** The same, held to a level of instructions. */
    public X86Support limitedTo(Isa wanted) {
        if (features == null) {
            return this;
        }
        return wanted.runsOn(features)
                ? new X86Support(features, wanted)
                : new X86Support("the processor lacks " + wanted.title());
    }

    /** Whether they can run. */
    public boolean isPresent() {
        return features != null;
    }

    /** The sets of instructions that kernels are assembled for and that can be used here. */
    public List<String> instructions() {
        CpuFeatures has = features;
        if (has == null) {
            return List.of();
        }
        Map<String, Boolean> all = new LinkedHashMap<>();
        all.put("AVX2 with FMA and F16C", has.avx2());
        all.put("AVX-VNNI", has.avxVnni());
        all.put("AVX-512 with VNNI", has.avx512Vnni());
        all.put("AVX-512 VBMI", has.avx512Vbmi());
        all.values().removeIf(present -> !present);
        return List.copyOf(all.keySet());
    }

    /** Whether an option of the JVM is all that is missing. */
    public boolean forbidden() {
        return forbidden;
    }

    /** Why they cannot run; empty where they can. */
    public String reason() {
        return reason;
    }

    /** The level to use; empty where assembled kernels cannot run. */
    Optional<Isa> isa() {
        return Optional.ofNullable(isa);
    }

    /** What the processor can do; empty where assembled kernels cannot run. */
    Optional<CpuFeatures> features() {
        return Optional.ofNullable(features);
    }
}
