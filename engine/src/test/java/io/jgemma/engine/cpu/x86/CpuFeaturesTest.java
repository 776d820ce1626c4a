package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.cpu.x86.assembler.CpuFeatures;
import org.junit.jupiter.api.Test;

/** Answers of processors as their manuals give them; the machine's own are in {@link CodeCacheTest}. */
class CpuFeaturesTest {

    private static final int AVX_FMA_F16C = (1 << 12) | (1 << 28) | (1 << 29);
    private static final int AVX2 = 1 << 5;
    private static final int AVX512 = AVX2 | (1 << 16) | (1 << 17) | (1 << 30) | (1 << 31);
    private static final int VNNI = 1 << 11;
    private static final long ALL_STATE = 0xE7;

    private static CpuFeatures features(int highest, int ecx1, int ebx7, int ecx7, int eax71, long xcr0) {
        return CpuFeatures.of(
                (leaf, subleaf) -> switch (leaf) {
                    case 0 -> new int[] {highest, 0, 0, 0};
                    case 1 -> new int[] {0, 0, ecx1, 0};
                    case 7 -> subleaf == 0 ? new int[] {1, ebx7, ecx7, 0} : new int[] {eax71, 0, 0, 0};
                    default -> new int[4];
                },
                xcr0);
    }

    @Test
    void levelsNeedAllTheirParts() {
        assertThat(features(7, AVX_FMA_F16C, AVX2, 0, 0, 7)).isEqualTo(new CpuFeatures(true, false, false, false));
        assertThat(features(7, AVX_FMA_F16C, AVX2, 0, 1 << 4, 7)).isEqualTo(new CpuFeatures(true, true, false, false));
        assertThat(features(7, AVX_FMA_F16C, AVX512, VNNI, 0, ALL_STATE))
                .isEqualTo(new CpuFeatures(true, false, true, false));
        assertThat(features(7, AVX_FMA_F16C, AVX512, 0, 0, ALL_STATE))
                .isEqualTo(new CpuFeatures(true, false, false, false));
        assertThat(features(7, AVX_FMA_F16C, AVX512, VNNI | 1 << 1, 0, ALL_STATE))
                .isEqualTo(new CpuFeatures(true, false, true, true));
        assertThat(features(7, 1 << 28, AVX2, 0, 0, 7).avx2()).isFalse();
        assertThat(features(7, AVX_FMA_F16C, 0, 0, 1 << 4, 7)).isEqualTo(new CpuFeatures(false, false, false, false));
    }

    @Test
    void registersThatTheSystemDoesNotSaveDoNotCount() {
        assertThat(features(7, AVX_FMA_F16C, AVX512, VNNI, 1 << 4, 3))
                .isEqualTo(new CpuFeatures(false, false, false, false));
        assertThat(features(7, AVX_FMA_F16C, AVX512, VNNI, 1 << 4, 7))
                .isEqualTo(new CpuFeatures(true, true, false, false));
    }

    @Test
    void oldProcessorsHaveNone() {
        assertThat(features(6, -1, -1, -1, -1, ALL_STATE)).isEqualTo(new CpuFeatures(false, false, false, false));
    }
}
