package io.jgemma.engine.cpu.x86.assembler;

import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPDPBUSD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPDPWSSD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMADDWD;

import java.util.Arrays;
import java.util.Locale;

/** Levels of instructions for which kernels differ: how products of 16-bit integers are added up. Registers have 256 bits, or more where a kernel says so. */
public enum Isa {
    /** {@code vpmaddwd} and an addition. */
    AVX2("AVX2"),
    /** {@code vpdpwssd} in its VEX form. */
    AVX_VNNI("AVX-VNNI"),
    /** As before, in its EVEX form: AVX-VNNI's kernels for processors that have AVX-512 and not AVX-VNNI. Never the best there. */
    AVX_VNNI_EVEX("AVX-VNNI in AVX-512's form"),
    /** {@code vpdpwssd} in its EVEX form and registers of 512 bits. */
    AVX512_VNNI("AVX-512 VNNI"),
    /** As before, and {@code vpermb}. */
    AVX512_VBMI("AVX-512 VNNI and VBMI");

    private final String title;

    Isa(String title) {
        this.title = title;
    }

    /** The level that an option names. */
    public static Isa named(String option) {
        return Arrays.stream(values())
                .filter(isa ->
                        isa.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(option))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no level of instructions '" + option + "'"));
    }

    /** The best that a processor offers, which has AVX2 at least. */
    public static Isa of(CpuFeatures features) {
        if (features.avx512Vnni()) {
            return features.avx512Vbmi() ? AVX512_VBMI : AVX512_VNNI;
        }
        return features.avxVnni() ? AVX_VNNI : AVX2;
    }

    /** Name for people. */
    public String title() {
        return title;
    }

    /** Whether a processor can run it. */
    public boolean runsOn(CpuFeatures features) {
        return switch (this) {
            case AVX2 -> features.avx2();
            case AVX_VNNI -> features.avxVnni();
            case AVX_VNNI_EVEX, AVX512_VNNI -> features.avx512Vnni();
            case AVX512_VBMI -> features.avx512Vnni() && features.avx512Vbmi();
        };
    }

    /** The widest registers that may be used. */
    public Width width() {
        return isWide() ? Width.ZMM : Width.YMM;
    }

    /** Whether registers of 512 bits may be used. */
    public boolean isWide() {
        return this == AVX512_VNNI || this == AVX512_VBMI;
    }

    /** Whether there is {@code vpdpbusd}. */
    public boolean hasByteProducts() {
        return this != AVX2;
    }

    /** Emits {@code sum[i] += x[4i] y[4i] + .. + x[4i+3] y[4i+3]} in 32 bits, {@code x} unsigned and {@code y} signed bytes, where {@link #hasByteProducts}. */
    public void addByteProducts(Assembler a, Vec sum, Vec x, Rm y) {
        switch (this) {
            case AVX2 -> throw new AssemblyException("AVX2 has no vpdpbusd");
            case AVX_VNNI -> a.emit(VPDPBUSD, sum, x, y);
            case AVX_VNNI_EVEX, AVX512_VNNI, AVX512_VBMI -> a.emit(VPDPBUSD, sum, x, y, 0, true);
        }
    }

    /** Emits {@code sum[i] += x[2i] y[2i] + x[2i+1] y[2i+1]} in 32 bits; {@code work}, which may be {@code x}, changes. */
    public void addProducts(Assembler a, Vec sum, Vec x, Rm y, Vec work) {
        switch (this) {
            case AVX2 -> {
                a.emit(VPMADDWD, work, x, y);
                a.emit(VPADDD, sum, sum, work);
            }
            case AVX_VNNI -> a.emit(VPDPWSSD, sum, x, y);
            case AVX_VNNI_EVEX, AVX512_VNNI, AVX512_VBMI -> a.emit(VPDPWSSD, sum, x, y, 0, true);
        }
    }
}
