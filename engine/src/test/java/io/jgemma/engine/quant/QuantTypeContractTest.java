package io.jgemma.engine.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every type in {@link QuantTypes#all()} promises; a type added there is tested by being there. */
class QuantTypeContractTest {
    private static final float UNTOUCHED = -12345.5f;

    static List<QuantType> types() {
        return QuantTypes.all();
    }

    static List<GoldenBlocks> goldenBlocks() {
        return GoldenBlocks.all().stream()
                .filter(golden -> QuantTypes.find(golden.ggufId()).isPresent())
                .toList();
    }

    @Test
    void everyTypeButF32HasGoldenBlocks() {
        assertThat(goldenBlocks().stream().map(GoldenBlocks::type))
                .containsExactlyInAnyOrderElementsOf(types().stream()
                        .filter(type -> type != QuantTypes.F32)
                        .map(QuantType::name)
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("goldenBlocks")
    void decodesGoldenBlocksBitForBit(GoldenBlocks golden) {
        QuantType type = QuantTypes.byId(golden.ggufId());
        assertThat(type.name()).isEqualTo(golden.type());
        assertThat(type.blockSize()).isEqualTo(golden.blockSize());
        assertThat(type.blockBytes()).isEqualTo(golden.blockBytes());
        assertThat(golden.blockCount()).isPositive();
        float[] values = decode(type, golden.blocks(), golden.blockCount());
        assertThat(bits(values)).isEqualTo(golden.valueBits());
    }

    @ParameterizedTest
    @MethodSource("types")
    void sizesAreConsistent(QuantType type) {
        assertThat(type.blockSize()).isPositive();
        assertThat(type.blockBytes()).isPositive();
        assertThat(type.bytes(0)).isZero();
        assertThat(type.bytes(7L * type.blockSize())).isEqualTo(7L * type.blockBytes());
        assertThat(type.bytes((1L << 40) * type.blockSize())).isEqualTo((1L << 40) * type.blockBytes());
        assertThatIllegalArgumentException().isThrownBy(() -> type.bytes(-type.blockSize()));
        assertThat(QuantTypes.byId(type.ggufId())).isSameAs(type);
        assertThat(QuantTypes.find(type.name())).containsSame(type);
    }

    @ParameterizedTest
    @MethodSource("types")
    void partsOfBlocksAreRefused(QuantType type) {
        if (type.blockSize() == 1) {
            return;
        }
        int part = type.blockSize() - 1;
        MemorySegment src = MemorySegment.ofArray(new byte[type.blockBytes()]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> type.decode(src, 0, new float[part], 0, part))
                .withMessageContaining(type.name())
                .withMessageContaining(Integer.toString(part));
        assertThatIllegalArgumentException().isThrownBy(() -> type.bytes(part));
    }

    @ParameterizedTest
    @MethodSource("types")
    void shortMemoryIsRefusedBeforeAnythingIsWritten(QuantType type) {
        int count = 3 * type.blockSize();
        MemorySegment enough = MemorySegment.ofArray(new byte[3 * type.blockBytes()]);
        MemorySegment tooShort = enough.asSlice(0, enough.byteSize() - 1);
        float[] dst = filled(count);
        assertThatThrownBy(() -> type.decode(tooShort, 0, dst, 0, count)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> type.decode(enough, 1, dst, 0, count)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> type.decode(enough, -1, dst, 0, count)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> type.decode(enough, 0, dst, 1, count)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> type.decode(enough, 0, dst, 0, -type.blockSize()));
        assertThat(dst).containsOnly(UNTOUCHED);
    }

    /** One, three and seven blocks, at odd offsets on both sides, in native memory: each equals its block alone. */
    @ParameterizedTest
    @MethodSource("types")
    void blocksAreIndependentOfWhereTheyLie(QuantType type) {
        Random random = new Random(type.ggufId());
        for (int blocks : new int[] {0, 1, 3, 7}) {
            int count = blocks * type.blockSize();
            byte[] bytes = new byte[blocks * type.blockBytes()];
            random.nextBytes(bytes);
            float[] dst = filled(count + 5);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment src = arena.allocate(bytes.length + 8, 1);
                MemorySegment.copy(MemorySegment.ofArray(bytes), 0, src, 3, bytes.length);
                type.decode(src.asReadOnly(), 3, dst, 2, count);
            }
            float[] expected = filled(count + 5);
            for (int b = 0; b < blocks; b++) {
                byte[] block = Arrays.copyOfRange(bytes, b * type.blockBytes(), (b + 1) * type.blockBytes());
                System.arraycopy(decode(type, block, 1), 0, expected, 2 + b * type.blockSize(), type.blockSize());
            }
            assertThat(bits(dst)).as("%d blocks", blocks).isEqualTo(bits(expected));
        }
    }

    /** Scales that are NaN or infinite sit somewhere in these; decoding is total. */
    @ParameterizedTest
    @MethodSource("types")
    void anyBitPatternIsDecoded(QuantType type) {
        for (int pattern : new int[] {0x00, 0xFF, 0x7C, 0xFC, 0x7E, 0x80, 0x7F}) {
            byte[] bytes = new byte[2 * type.blockBytes()];
            Arrays.fill(bytes, (byte) pattern);
            assertThatCode(() -> decode(type, bytes, 2))
                    .as("bytes 0x%02x", pattern)
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void zeroBytesAreFinite(QuantType type) {
        for (float value : decode(type, new byte[type.blockBytes()], 1)) {
            assertThat(value).isFinite();
        }
    }

    static float[] decode(QuantType type, byte[] bytes, int blocks) {
        float[] values = new float[blocks * type.blockSize()];
        type.decode(MemorySegment.ofArray(bytes), 0, values, 0, values.length);
        return values;
    }

    private static float[] filled(int count) {
        float[] values = new float[count];
        Arrays.fill(values, UNTOUCHED);
        return values;
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
