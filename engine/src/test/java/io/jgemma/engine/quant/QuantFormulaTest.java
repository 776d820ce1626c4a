package io.jgemma.engine.quant;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Decoded values against the formats' definitions, computed here in other ways. */
class QuantFormulaTest {

    @Test
    void everyHalfHasTheValueIts16BitsDefine() {
        for (int bits = 0; bits < 0x1_0000; bits++) {
            int exponent = bits >> 10 & 0x1F;
            int fraction = bits & 0x3FF;
            double magnitude = switch (exponent) {
                case 0 -> Math.scalb((double) fraction, -24);
                case 31 -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
                default -> Math.scalb(1024.0 + fraction, exponent - 25);
            };
            assertThat(decodeOne(QuantTypes.F16, bits)).as("half 0x%04x", bits).isEqualTo(Float.valueOf((float)
                    ((bits & 0x8000) == 0 ? magnitude : -magnitude)));
        }
    }

    @Test
    void everyBfloatHasTheValueIts16BitsDefine() {
        for (int bits = 0; bits < 0x1_0000; bits++) {
            int exponent = bits >> 7 & 0xFF;
            int fraction = bits & 0x7F;
            double magnitude = switch (exponent) {
                case 0 -> Math.scalb((double) fraction, -133);
                case 255 -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
                default -> Math.scalb(128.0 + fraction, exponent - 134);
            };
            assertThat(decodeOne(QuantTypes.BF16, bits))
                    .as("bfloat 0x%04x", bits)
                    .isEqualTo(Float.valueOf((float) ((bits & 0x8000) == 0 ? magnitude : -magnitude)));
        }
    }

    /** But for minus zero, which is a plain zero as in the reference decoder. */
    @Test
    void everyMxfp4ExponentAndCodeHasTheValueTheStandardDefines() {
        double[] magnitudes = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
        byte[] block = new byte[17];
        float[] values = new float[32];
        for (int exponent = 0; exponent < 255; exponent++) {
            block[0] = (byte) exponent;
            for (int i = 0; i < 16; i++) {
                block[1 + i] = (byte) (i | (15 - i) << 4);
            }
            QuantTypes.MXFP4.decode(MemorySegment.ofArray(block), 0, values, 0, 32);
            for (int i = 0; i < 32; i++) {
                int code = i < 16 ? i : 31 - i;
                double magnitude = Math.scalb(magnitudes[code & 7], exponent - 127);
                assertThat(values[i]).as("exponent %d, element %d", exponent, i).isEqualTo(Float.valueOf((float)
                        ((code & 8) == 0 ? magnitude : 0 - magnitude)));
            }
        }
    }

    /** The packing of 6-bit scales, filled bit by bit from its description. */
    @Test
    void sixBitScalesComeBackAsTheyWerePacked() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            int[] scales = random.ints(8, 0, 64).toArray();
            int[] mins = random.ints(8, 0, 64).toArray();
            byte[] packed = new byte[12];
            for (int i = 0; i < 4; i++) {
                packed[i] = (byte) (scales[i] | (scales[4 + i] >> 4) << 6);
                packed[4 + i] = (byte) (mins[i] | (mins[4 + i] >> 4) << 6);
                packed[8 + i] = (byte) ((scales[4 + i] & 0xF) | (mins[4 + i] & 0xF) << 4);
            }
            MemorySegment segment = MemorySegment.ofArray(packed);
            for (int group = 0; group < 8; group++) {
                assertThat(SixBitScales.scale(segment, 0, group)).isEqualTo(scales[group]);
                assertThat(SixBitScales.min(segment, 0, group)).isEqualTo(mins[group]);
            }
        }
    }

    @Test
    void scaleThatIsNotFiniteReachesTheValues() {
        byte[] block = new byte[18];
        block[1] = 0x7C; // d = infinity
        block[2] = 0x78; // codes 8 and 7: zero and minus one
        float[] values = QuantTypeContractTest.decode(QuantTypes.Q4_0, block, 1);
        assertThat(values[0]).isNaN();
        assertThat(values[16]).isEqualTo(Float.NEGATIVE_INFINITY);
    }

    private static float decodeOne(QuantType type, int bits) {
        float[] value = new float[1];
        type.decode(MemorySegment.ofArray(new byte[] {(byte) bits, (byte) (bits >> 8)}), 0, value, 0, 1);
        return value[0];
    }
}
