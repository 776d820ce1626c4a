package io.jgemma.engine.cpu.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("width")
class LanesTest {

    private static final int PATTERNS = 1 << 16;

    private final Arena arena = Arena.ofAuto();

    /** All 65,536 patterns of two bytes, from an odd address on. */
    private MemorySegment allShorts() {
        MemorySegment shorts = arena.allocate(2 * PATTERNS + 1).asSlice(1);
        for (int i = 0; i < PATTERNS; i++) {
            shorts.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, (short) i);
        }
        return shorts;
    }

    @Test
    void everyHalfIsWidenedExactly() {
        MemorySegment halves = allShorts();
        for (int i = 0; i < PATTERNS; i += Lanes.COUNT) {
            float[] actual = Lanes.halves(halves, 2L * i).toArray();
            for (int lane = 0; lane < actual.length; lane++) {
                // Float.floatToIntBits makes all NaN the same.
                assertThat(Float.floatToIntBits(actual[lane]))
                        .as("F16 %04x", i + lane)
                        .isEqualTo(Float.floatToIntBits(Float.float16ToFloat((short) (i + lane))));
            }
        }
        for (int i = 0; i < PATTERNS; i++) {
            assertThat(Float.floatToIntBits(Lanes.half(halves, 2L * i)))
                    .isEqualTo(Float.floatToIntBits(Float.float16ToFloat((short) i)));
        }
    }

    @Test
    void everyBrainFloatIsWidenedExactly() {
        MemorySegment shorts = allShorts();
        for (int i = 0; i < PATTERNS; i += Lanes.COUNT) {
            float[] actual = Lanes.brainFloats(shorts, 2L * i).toArray();
            for (int lane = 0; lane < actual.length; lane++) {
                assertThat(Float.floatToIntBits(actual[lane]))
                        .as("BF16 %04x", i + lane)
                        .isEqualTo(Float.floatToIntBits(Float.intBitsToFloat((i + lane) << 16)));
            }
        }
    }

    @Test
    void bytesAndShortsAreWidened() {
        MemorySegment shorts = allShorts();
        for (int i = 0; i < PATTERNS; i += Lanes.COUNT) {
            int[] words = Lanes.unsignedShorts(shorts, 2L * i).toArray();
            int[] unsigned = Lanes.unsignedBytes(shorts, 2L * i).toArray();
            int[] signed = Lanes.signedBytes(shorts, 2L * i).toArray();
            assertThat(words).hasSize(Lanes.COUNT);
            for (int lane = 0; lane < Lanes.COUNT; lane++) {
                byte stored = shorts.get(ValueLayout.JAVA_BYTE, 2L * i + lane);
                assertThat(words[lane]).isEqualTo(i + lane);
                assertThat(unsigned[lane]).isEqualTo(Byte.toUnsignedInt(stored));
                assertThat(signed[lane]).isEqualTo(stored);
            }
        }
    }

    @Test
    void narrowLoadsDoNotReadBeyondTheirElements() {
        // A segment of exactly the bytes of one register: a wider load would be out of bounds.
        int count = Lanes.COUNT;
        assertThat(Lanes.unsignedBytes(arena.allocate(count), 0).length()).isEqualTo(count);
        assertThat(Lanes.signedBytes(arena.allocate(count), 0).length()).isEqualTo(count);
        assertThat(Lanes.halves(arena.allocate(2L * count), 0).length()).isEqualTo(count);
        assertThat(Lanes.brainFloats(arena.allocate(2L * count), 0).length()).isEqualTo(count);
    }

    @Test
    void exponentialIsWithinTwoUnits() {
        double worst = 0;
        for (int sign = 0; sign < 2; sign++) {
            int last = Float.floatToRawIntBits(sign == 0 ? 88.37f : 87.3f);
            for (int bits = 0; bits < last - 1009 * Lanes.COUNT; bits += 1009 * Lanes.COUNT) {
                float[] x = new float[Lanes.COUNT];
                for (int lane = 0; lane < x.length; lane++) {
                    float magnitude = Float.intBitsToFloat(bits + 1009 * lane);
                    x[lane] = sign == 0 ? magnitude : -magnitude;
                }
                float[] y = Lanes.exp(FloatVector.fromArray(Lanes.F, x, 0)).toArray();
                for (int lane = 0; lane < x.length; lane++) {
                    double exact = Math.exp(x[lane]);
                    worst = Math.max(worst, Math.abs(y[lane] - exact) / Math.ulp((float) exact));
                }
            }
        }
        assertThat(worst).as("largest error in units in the last place").isLessThanOrEqualTo(2);
    }

    @Test
    void exponentialAtItsEnds() {
        assertThat(exp(0)).isEqualTo(1);
        assertThat(exp(-0f)).isEqualTo(1);
        assertThat(exp(-87.31f)).isZero();
        assertThat(exp(-1000)).isZero();
        assertThat(exp(-Float.MAX_VALUE)).isZero();
        assertThat(exp(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(exp(88.4f)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(exp(1000)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(exp(Float.MAX_VALUE)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(exp(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(exp(Float.NaN)).isNaN();
        assertThat(exp(Float.MIN_VALUE)).isEqualTo(1);
    }

    private static float exp(float x) {
        return Lanes.exp(FloatVector.broadcast(Lanes.F, x)).lane(Lanes.COUNT - 1);
    }
}
