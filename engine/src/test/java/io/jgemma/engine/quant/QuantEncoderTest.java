package io.jgemma.engine.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QuantEncoderTest {
    private static final float HALF_MAX = 65504;

    static List<QuantEncoder> encoders() {
        return QuantTypes.all().stream()
                .filter(QuantEncoder.class::isInstance)
                .map(QuantEncoder.class::cast)
                .toList();
    }

    @Test
    void theTypesOfCachesCanBeEncoded() {
        assertThat(encoders())
                .containsExactlyInAnyOrder(
                        QuantTypes.F32, QuantTypes.F16, QuantTypes.BF16, QuantTypes.Q8_0, QuantTypes.Q4_0);
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void errorStaysBelowTheTypesBound(QuantEncoder type) {
        Random random = new Random(11);
        float[] values = new float[32 * 64];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.exp(random.nextGaussian() * 4));
        }
        float[] back = roundTrip(type, values);
        for (int block = 0; block < values.length; block += 32) {
            float largest = largest(values, block);
            for (int i = block; i < block + 32; i++) {
                assertThat(Math.abs((double) back[i] - values[i]))
                        .as("%s, value %s in a block up to %s", type.name(), values[i], largest)
                        .isLessThanOrEqualTo(bound(type, values[i], largest));
            }
        }
    }

    @Property(tries = 300)
    void errorOfBlockTypesStaysBelowTheirBound(
            @ForAll @Size(32) List<@FloatRange(min = -60000, max = 60000) Float> list) {
        float[] values = new float[32];
        for (int i = 0; i < 32; i++) {
            values[i] = list.get(i);
        }
        float largest = largest(values, 0);
        for (QuantEncoder type : List.of(QuantTypes.Q8_0, QuantTypes.Q4_0)) {
            float[] back = roundTrip(type, values);
            for (int i = 0; i < 32; i++) {
                assertThat(Math.abs((double) back[i] - values[i]))
                        .as("%s of %s among %s", type.name(), values[i], list)
                        .isLessThanOrEqualTo(bound(type, values[i], largest));
            }
        }
    }

    /**
     * Half a step; Q4_0 has one value at a whole step (its largest, with the other sign); the step itself is rounded to a
     * half, whose relative error is 2^-11 and whose absolute error, where it is subnormal, 2^-25.
     */
    private static double bound(QuantType type, float value, float largest) {
        if (type == QuantTypes.F32) {
            return 0;
        } else if (type == QuantTypes.BF16) {
            return Math.abs(value) * 0x1p-8;
        } else if (type == QuantTypes.F16) {
            return Math.abs(value) > HALF_MAX ? Double.POSITIVE_INFINITY : Math.abs(value) * 0x1p-11 + 0x1p-25;
        }
        int steps = type == QuantTypes.Q8_0 ? 127 : 8;
        double step = largest / (double) steps;
        if (step > HALF_MAX) {
            return Double.POSITIVE_INFINITY;
        }
        return step * (type == QuantTypes.Q8_0 ? 0.5001 : 1.0001) + steps * (step * 0x1p-11 + 0x1p-25);
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void oddCountsOfBlocksAtOddOffsetsEqualBlocksAlone(QuantEncoder type) {
        Random random = new Random(5);
        int size = type.blockSize();
        for (int blocks : new int[] {0, 1, 3, 5}) {
            float[] values = new float[blocks * size + 3];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat(-3, 3);
            }
            byte[] bytes = new byte[blocks * type.blockBytes() + 7];
            Arrays.fill(bytes, (byte) 0x5A);
            type.encode(values, 3, blocks * size, MemorySegment.ofArray(bytes), 5);
            byte[] expected = new byte[bytes.length];
            Arrays.fill(expected, (byte) 0x5A);
            for (int b = 0; b < blocks; b++) {
                byte[] block = encode(type, Arrays.copyOfRange(values, 3 + b * size, 3 + (b + 1) * size));
                System.arraycopy(block, 0, expected, 5 + b * type.blockBytes(), block.length);
            }
            assertThat(bytes).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void valuesThatAreNotFiniteDoNotThrow(QuantEncoder type) {
        float[] extremes = {
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.MIN_NORMAL,
            0,
            -0.0f
        };
        for (float first : extremes) {
            for (float second : extremes) {
                float[] values = new float[32];
                values[3] = first;
                values[20] = second;
                assertThatCode(() -> roundTrip(type, values))
                        .as("%s and %s", first, second)
                        .doesNotThrowAnyException();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void zerosStayZero(QuantEncoder type) {
        for (float value : roundTrip(type, new float[32])) {
            assertThat(value).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void wrongArgumentsAreRefused(QuantEncoder type) {
        float[] values = new float[type.blockSize()];
        MemorySegment dst = MemorySegment.ofArray(new byte[type.blockBytes()]);
        assertThatThrownBy(() -> type.encode(values, 1, values.length, dst, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> type.encode(values, 0, values.length, dst, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> type.encode(values, 0, -type.blockSize(), dst, 0));
    }

    /** All finite halves and bfloats are fixed points; so the encoders are right about everything they can express. */
    @ParameterizedTest
    @MethodSource("encoders")
    void whatTheTypeExpressesExactlyComesBack(QuantEncoder type) {
        if (type.blockBytes() != 2) {
            return;
        }
        for (int bits = 0; bits < 0x1_0000; bits++) {
            byte[] bytes = {(byte) bits, (byte) (bits >> 8)};
            float[] value = QuantTypeContractTest.decode(type, bytes, 1);
            if (Float.isNaN(value[0])) {
                assertThat(roundTrip(type, value)[0]).isNaN();
            } else {
                assertThat(encode(type, value)).as("0x%04x", bits).isEqualTo(bytes);
            }
        }
    }

    @Test
    void bfloatRoundsToNearestAndTiesToEven() {
        assertThat(bfloat(0x3F80_7FFF)).isEqualTo(0x3F80);
        assertThat(bfloat(0x3F80_8000)).isEqualTo(0x3F80);
        assertThat(bfloat(0x3F80_8001)).isEqualTo(0x3F81);
        assertThat(bfloat(0x3F81_8000)).isEqualTo(0x3F82);
        assertThat(bfloat(0xBF81_8000)).isEqualTo(0xBF82);
        assertThat(bfloat(0x7F7F_FFFF)).as("the largest float").isEqualTo(0x7F80);
        assertThat(bfloat(0x7F80_0001)).as("a NaN of low bits only").isEqualTo(0x7FC0);
    }

    private static int bfloat(int floatBits) {
        byte[] bytes = encode(QuantTypes.BF16, new float[] {Float.intBitsToFloat(floatBits)});
        return (bytes[0] & 0xFF) | (bytes[1] & 0xFF) << 8;
    }

    @Test
    void q8RoundsHalvesAwayFromZero() {
        float[] values = new float[32];
        values[0] = 127;
        values[1] = 2.5f;
        values[2] = -2.5f;
        values[3] = 3.4999998f;
        values[4] = -126.5f;
        values[5] = 0.49999997f;
        values[6] = -0.5f;
        byte[] bytes = encode(QuantTypes.Q8_0, values);
        assertThat(Arrays.copyOf(bytes, 9)).containsExactly(0x00, 0x3C, 127, 3, -3, 3, -127, 0, -1);
    }

    /** The largest magnitude becomes code 0 whatever its sign; what lies a whole step beyond the codes takes the last one. */
    @Test
    void q4GivesTheLargestMagnitudeTheLowestCode() {
        float[] values = new float[32];
        values[0] = -8;
        values[1] = 7;
        values[2] = 8;
        values[3] = 0.49f;
        values[16] = 0.5f;
        values[17] = -0.51f;
        byte[] negative = encode(QuantTypes.Q4_0, values);
        assertThat(Arrays.copyOf(negative, 6)).containsExactly(0x00, 0x3C, 0x90, 0x7F, 0x8F, 0x88);
        for (int i = 0; i < 32; i++) {
            values[i] = -values[i];
        }
        byte[] positive = encode(QuantTypes.Q4_0, values);
        assertThat(Arrays.copyOf(positive, 6)).containsExactly(0x00, 0xBC, 0x90, 0x7F, 0x8F, 0x88);
    }

    private static float largest(float[] values, int block) {
        float largest = 0;
        for (int i = block; i < block + 32; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }

    private static float[] roundTrip(QuantEncoder type, float[] values) {
        return QuantTypeContractTest.decode(type, encode(type, values), values.length / type.blockSize());
    }

    private static byte[] encode(QuantEncoder type, float[] values) {
        byte[] bytes = new byte[(int) type.bytes(values.length)];
        type.encode(values, 0, values.length, MemorySegment.ofArray(bytes), 0);
        return bytes;
    }
}
