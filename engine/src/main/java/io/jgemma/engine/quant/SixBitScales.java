package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * Eight 6-bit scales and eight 6-bit minima packed into 12 bytes, as {@link Q4_K} and {@link Q5_K} store them.
 *
 * <p>Bytes 0 to 3 hold scales 0 to 3 and bytes 4 to 7 minima 0 to 3 in their low six bits. Byte {@code 8 + j} holds the
 * low four bits of scale {@code 4 + j} and, above them, of minimum {@code 4 + j}; their upper two bits are the top bits of
 * bytes {@code j} and {@code 4 + j}.
 */
final class SixBitScales {
    private SixBitScales() {}

    static int scale(MemorySegment src, long packed, int group) {
        if (group < 4) {
            return Blocks.u8(src, packed + group) & 0x3F;
        }
        return (Blocks.u8(src, packed + 4 + group) & 0xF) | (Blocks.u8(src, packed + group - 4) >>> 6 << 4);
    }

    static int min(MemorySegment src, long packed, int group) {
        if (group < 4) {
            return Blocks.u8(src, packed + 4 + group) & 0x3F;
        }
        return (Blocks.u8(src, packed + 4 + group) >>> 4) | (Blocks.u8(src, packed + group) >>> 6 << 4);
    }
}
