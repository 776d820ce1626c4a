package io.jgemma.engine.cpu.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.cpu.kernel.Operand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;

/** F32 rows with gaps between them, in memory that begins and ends elsewhere: what kernels meet inside larger matrices. */
public final class Strided {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final float GAP = -7777.5f;

    private final MemorySegment segment;
    private final int rows;
    private final int columns;
    private final int before;
    private final int stride;

    private Strided(MemorySegment segment, int rows, int columns, int before, int stride) {
        this.segment = segment;
        this.rows = rows;
        this.columns = columns;
        this.before = before;
        this.stride = stride;
    }

    /** Normally distributed rows. */
    public static Strided random(RandomGenerator random, int rows, int columns) {
        int before = random.nextInt(9);
        int stride = columns + random.nextInt(4);
        int floats = before + rows * stride + random.nextInt(5);
        MemorySegment segment = Arena.ofAuto().allocate(4L * floats, 4);
        for (int i = 0; i < floats; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, GAP);
        }
        Strided made = new Strided(segment, rows, columns, before, stride);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                made.set(r, c, (float) random.nextGaussian());
            }
        }
        return made;
    }

    public Strided copy() {
        MemorySegment copied = Arena.ofAuto().allocate(segment.byteSize(), 4);
        copied.copyFrom(segment);
        return new Strided(copied, rows, columns, before, stride);
    }

    public Operand operand() {
        return new Operand().set(segment, 4L * before, 4L * stride, rows, columns);
    }

    public float get(int row, int column) {
        return segment.get(FLOAT, 4L * (before + row * stride + column));
    }

    public void set(int row, int column, float value) {
        segment.set(FLOAT, 4L * (before + row * stride + column), value);
    }

    /** Fails unless all elements are as near as {@code tolerance} and the gaps are as they were. */
    public void verify(Strided expected, double tolerance, String what) {
        for (int i = 0; i < segment.byteSize() / 4; i++) {
            float e = expected.segment.get(FLOAT, 4L * i);
            float a = segment.get(FLOAT, 4L * i);
            boolean gap = i < before || (i - before) % stride >= columns || i >= before + rows * stride;
            if (gap) {
                assertThat(a).as("%s: memory beside the rows", what).isEqualTo(GAP);
            } else if (Float.floatToIntBits(a) != Float.floatToIntBits(e)) {
                assertThat((double) a)
                        .as("%s: row %d column %d", what, (i - before) / stride, (i - before) % stride)
                        .isBetween(e - tolerance * (1 + Math.abs(e)), e + tolerance * (1 + Math.abs(e)));
            }
        }
    }
}
