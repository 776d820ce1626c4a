package io.jgemma.engine.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width, chosen once from what the processor prefers, and loads that widen to it. One register holds
 * {@link #COUNT} floats; everything here is written for any count from 4 up.
 */
final class Lanes {

    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    static final int COUNT = F.length();
    /** Bytes of a full register. */
    static final long BYTES = F.vectorByteSize();

    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, F.vectorShape());
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    /** Four bytes fill no register, so with 4 lanes bytes come in as one int. */
    private static final boolean NARROW = COUNT < 8;

    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(NARROW ? 64 : F.vectorBitSize() / 4));

    private static final IntVector BYTE_SHIFTS =
            IntVector.zero(INTS).addIndex(8).and(31);
    private static final VectorShuffle<Float>[] FOLDS = folds();
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LE);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LE);

    private Lanes() {}

    static FloatVector floats(MemorySegment m, long offset) {
        return FloatVector.fromMemorySegment(F, m, offset, LE);
    }

    static void store(FloatVector v, MemorySegment m, long offset) {
        v.intoMemorySegment(m, offset, LE);
    }

    static FloatVector broadcast(float value) {
        return FloatVector.broadcast(F, value);
    }

    static FloatVector zero() {
        return FloatVector.zero(F);
    }

    /** Whether the floats at a place are all at most a bound; NaN is not. */
    static boolean areAtMost(float bound, MemorySegment segment, long offset) {
        return floats(segment, offset).compare(VectorOperators.LE, bound).allTrue();
    }

    /** {@link #COUNT} bytes as ints 0 to 255. */
    static IntVector unsignedBytes(MemorySegment m, long offset) {
        if (NARROW) {
            return IntVector.broadcast(INTS, m.get(INT, offset))
                    .lanewise(VectorOperators.LSHR, BYTE_SHIFTS)
                    .and(255);
        }
        return (IntVector)
                ByteVector.fromMemorySegment(B, m, offset, LE).convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
    }

    /** {@link #COUNT} bytes as ints -128 to 127. */
    static IntVector signedBytes(MemorySegment m, long offset) {
        if (NARROW) {
            return unsignedBytes(m, offset).lanewise(VectorOperators.LSHL, 24).lanewise(VectorOperators.ASHR, 24);
        }
        return (IntVector) ByteVector.fromMemorySegment(B, m, offset, LE).convertShape(VectorOperators.B2I, INTS, 0);
    }

    /** {@link #COUNT} shorts as ints 0 to 65535. */
    static IntVector unsignedShorts(MemorySegment m, long offset) {
        return (IntVector)
                ShortVector.fromMemorySegment(S, m, offset, LE).convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
    }

    static FloatVector toFloats(IntVector v) {
        return (FloatVector) v.convert(VectorOperators.I2F, 0);
    }

    /**
     * {@link #COUNT} F16 as F32, exactly. Exponent and mantissa move into place and a product with 2^112 mends the
     * exponent's bias, for subnormals too; infinities and NaN are put back after it.
     */
    static FloatVector halves(MemorySegment m, long offset) {
        IntVector h = unsignedShorts(m, offset);
        IntVector magnitude = h.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
        IntVector bits = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
        bits = bits.blend(magnitude.or(0x7f800000), h.and(0x7c00).compare(VectorOperators.EQ, 0x7c00));
        return bits.or(h.and(0x8000).lanewise(VectorOperators.LSHL, 16)).reinterpretAsFloats();
    }

    /** {@link #COUNT} BF16 as F32. */
    static FloatVector brainFloats(MemorySegment m, long offset) {
        return unsignedShorts(m, offset).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    /** One F16 as float. */
    static float half(MemorySegment m, long offset) {
        return Float.float16ToFloat(m.get(SHORT, offset));
    }

    /**
     * The sum of the lanes, folded in halves. {@code reduceLanes} leaves the order of a sum of floats open, and another one is taken
     * once a method is compiled, so that a model's answers would change while it runs.
     */
    static float sum(FloatVector v) {
        FloatVector folded = v;
        for (VectorShuffle<Float> other : FOLDS) {
            folded = folded.add(folded.rearrange(other));
        }
        return folded.lane(0);
    }

    /** Each lane's partner, at a distance of half the lanes, then of a quarter, down to one. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // An array of a generic type.
    private static VectorShuffle<Float>[] folds() {
        int steps = Integer.numberOfTrailingZeros(COUNT);
        VectorShuffle<Float>[] folds = new VectorShuffle[steps];
        for (int i = 0; i < steps; i++) {
            int distance = COUNT >> (i + 1);
            folds[i] = VectorShuffle.fromOp(F, lane -> lane ^ distance);
        }
        return folds;
    }

    /**
     * e^x within 2 units in the last place; 0 below -87.3 and infinity above 88.37. With {@code n = round(x / ln 2)} and
     * {@code r = x - n ln 2}, {@code e^x = 2^n e^r}, and {@code e^r} is a polynomial of degree 7 (Taylor coefficients:
     * |r| is at most 0.35, so the next term is below 2^-23 / 16).
     */
    static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.max(-87.5f).min(89f);
        // Adding 1.5 * 2^23 leaves the rounded integer in the low bits.
        FloatVector shifted = clamped.mul(0x1.715476p0f).add(12582912f);
        FloatVector n = shifted.sub(12582912f);
        FloatVector r = n.fma(broadcast(-0x1.62e400p-1f), clamped);
        r = n.fma(broadcast(-0x1.7f7d1cp-20f), r);
        FloatVector p = r.fma(broadcast(1f / 5040), broadcast(1f / 720));
        p = p.fma(r, broadcast(1f / 120));
        p = p.fma(r, broadcast(1f / 24));
        p = p.fma(r, broadcast(1f / 6));
        p = p.fma(r, broadcast(0.5f));
        p = p.fma(r, broadcast(1f));
        p = p.fma(r, broadcast(1f));
        IntVector power =
                ((IntVector) n.convert(VectorOperators.F2I, 0)).add(127).lanewise(VectorOperators.LSHL, 23);
        FloatVector y = p.mul(power.reinterpretAsFloats());
        return y.blend(0f, x.compare(VectorOperators.LT, -87.3f));
    }
}
