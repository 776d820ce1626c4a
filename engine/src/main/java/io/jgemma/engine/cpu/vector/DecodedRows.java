package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import java.lang.foreign.MemorySegment;

/** Types without a product of their own: a piece that stays in the first-level cache is decoded, then multiplied. */
abstract class DecodedRows implements RowKernel {

    /** A multiple of every block size. */
    private static final int PIECE = 1024;

    @Override
    public final float dot(MemorySegment w, long offset, MemorySegment x, long xOffset, int n, Scratch scratch) {
        Operand piece = scratch.rows(Scratch.Use.ROW, 1, PIECE);
        float sum = 0;
        for (int i = 0; i < n; i += PIECE) {
            int count = Math.min(PIECE, n - i);
            decode(w, offset + type().bytes(i), count, piece.segment(), 0);
            sum += FloatRows.product(piece.segment(), 0, x, xOffset + 4L * i, count);
        }
        return sum;
    }
}
