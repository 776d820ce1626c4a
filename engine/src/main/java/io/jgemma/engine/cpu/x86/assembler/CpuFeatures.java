package io.jgemma.engine.cpu.x86.assembler;

/**
 * Which instructions processor and system allow. Each level counts only where the system also saves its registers.
 *
 * @param avx2 AVX2, FMA and F16C, with 256-bit registers
 * @param avxVnni VEX-encoded {@code vpdpbusd} and {@code vpdpwssd}
 * @param avx512Vnni AVX-512 F, BW, DQ, VL and VNNI, with 512-bit registers
 * @param avx512Vbmi AVX-512 VBMI, beside them
 */
public record CpuFeatures(boolean avx2, boolean avxVnni, boolean avx512Vnni, boolean avx512Vbmi) {

    private static final int YMM_STATE = 0b110;
    private static final int ZMM_STATE = 0b1110_0110;

    /** The processor's answers: EAX, EBX, ECX, EDX for a leaf and a subleaf. */
    public interface Query {
        int[] leaf(int leaf, int subleaf);
    }

    /**
     * Reads the answers.
     *
     * @param xcr0 which registers the system saves; 0 where it does not say
     */
    public static CpuFeatures of(Query query, long xcr0) {
        int highest = query.leaf(0, 0)[0];
        if (highest < 7) {
            return new CpuFeatures(false, false, false, false);
        }
        int ecx1 = query.leaf(1, 0)[2];
        int[] seven = query.leaf(7, 0);
        int eax71 = seven[0] >= 1 ? query.leaf(7, 1)[0] : 0;
        boolean avx2 = has(ecx1, 12, 28, 29) && has(seven[1], 5) && (xcr0 & YMM_STATE) == YMM_STATE;
        boolean avx512 = has(seven[1], 16, 17, 30, 31) && has(seven[2], 11) && (xcr0 & ZMM_STATE) == ZMM_STATE;
        boolean vnni = avx2 && avx512;
        return new CpuFeatures(avx2, avx2 && has(eax71, 4), vnni, vnni && has(seven[2], 1));
    }

    private static boolean has(int word, int... bits) {
        for (int bit : bits) {
            if (((word >>> bit) & 1) == 0) {
                return false;
            }
        }
        return true;
    }
}
