package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Q4_1, Q5_0 and Q5_1: 32 elements; F16 scale {@code d}, for the {@code _1} types an F16 minimum {@code m}, for the five-bit
 * types 4 bytes of fifth bits, then 16 bytes of nibbles (low: elements 0 to 15, high: 16 to 31).
 * {@code x = d * q + m}, or {@code d * (q - 16)} for Q5_0.
 */
final class SmallBlockRows extends DecodedRows {

    private static final int BLOCK = 32;
    private static final int HALF = 16;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final IntVector LANE = IntVector.zero(Lanes.INTS).addIndex(1);

    private final QuantType type;
    private final boolean minimum;
    private final boolean fiveBits;

    SmallBlockRows(QuantType type) {
        this.type = type;
        minimum = type != QuantTypes.Q5_0;
        fiveBits = type != QuantTypes.Q4_1;
    }

    @Override
    public QuantType type() {
        return type;
    }

    @Override
    public void decode(MemorySegment w, long offset, int n, MemorySegment dst, long dstOffset) {
        long block = offset;
        for (int start = 0; start < n; start += BLOCK) {
            float d = Lanes.half(w, block);
            float m = minimum ? Lanes.half(w, block + 2) : 0;
            long bits = block + (minimum ? 4 : 2);
            int fifth = fiveBits ? w.get(INT, bits) : 0;
            long nibbles = fiveBits ? bits + 4 : bits;
            for (int j = 0; j < HALF; j += Lanes.COUNT) {
                IntVector bytes = Lanes.unsignedBytes(w, nibbles + j);
                IntVector low = bytes.and(15);
                IntVector high = bytes.lanewise(VectorOperators.LSHR, 4);
                long to = dstOffset + 4L * (start + j);
                Lanes.store(value(low, fifth >>> j, d, m), dst, to);
                Lanes.store(value(high, fifth >>> (j + HALF), d, m), dst, to + 4L * HALF);
            }
            block += type.blockBytes();
        }
    }

    private FloatVector value(IntVector nibbles, int fifthBits, float d, float m) {
        IntVector q = nibbles;
        if (fiveBits) {
            q = q.or(LANE.broadcast(fifthBits)
                    .lanewise(VectorOperators.LSHR, LANE)
                    .and(1)
                    .lanewise(VectorOperators.LSHL, 4));
        }
        return minimum
                ? Lanes.toFloats(q).mul(d).add(m)
                : Lanes.toFloats(q.sub(16)).mul(d);
    }
}
