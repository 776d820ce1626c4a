package io.jgemma.engine.backend;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which kernels the CPU computes with. */
public enum KernelSet {
    /** The fastest that can run here. */
    AUTO,
    /** As {@link #AUTO}, but activations may be rounded to 8 bits where that is faster: with AVX-512 those of prompts, below it all. */
    FAST,
    /** Assembled for x86-64, or an error. */
    X86,
    /** As {@link #X86}, held to AVX2. */
    AVX2,
    /** As {@link #FAST}, held to AVX2, or an error. */
    AVX2_FAST,
    /** As {@link #X86}, held to AVX-VNNI. */
    AVX_VNNI,
    /** As {@link #FAST}, held to AVX-VNNI, or an error. */
    AVX_VNNI_FAST,
    /** As {@link #X86}, held to AVX-512 with VNNI. */
    AVX512_VNNI,
    /** The Vector API, or an error. */
    VECTOR,
    /** The scalar reference. */
    SCALAR;

    /**
     * The set of a name.
     *
     * @throws IllegalArgumentException when there is none; the message names those there are
     */
    public static KernelSet of(String name) {
        for (KernelSet set : values()) {
            if (set.toString().equals(name)) {
                return set;
            }
        }
        throw new IllegalArgumentException("there are no CPU kernels called '" + name + "': choose "
                + Arrays.stream(values()).map(KernelSet::toString).collect(Collectors.joining(", ")));
    }

    /** The name that people type, e.g. {@code avx512-vnni}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
