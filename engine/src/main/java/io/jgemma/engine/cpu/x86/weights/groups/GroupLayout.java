package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.kernel.Places.address;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.kernel.WeightLayout;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.assembler.Width;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Groups of rows ({@link RowGroups}). */
public final class GroupLayout implements WeightLayout {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private final RowGroups format;
    /** Of each block of a unit. */
    private final List<List<RowGroups.Piece>> pieces;

    private final Routine packer;

    public GroupLayout(RowGroups format, CodeCache code) {
        this.format = format;
        pieces =
                IntStream.range(0, format.unitBlocks()).mapToObj(format::pieces).toList();
        packer = code.routine(pack(format));
    }

    /** All routines by name. */
    public static Map<String, byte[]> codes(Width width) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (RowGroups format : RowGroups.all(width)) {
            codes.put(pack(format), GroupPacker.assemble(format));
        }
        return codes;
    }

    public static String pack(RowGroups format) {
        return format.type().name() + " group";
    }

    @Override
    public int groupRows() {
        return format.rows();
    }

    @Override
    public long bytes(int rows, int columns) {
        return format.bytes(rows, columns);
    }

    @Override
    public void pack(Operand w, MemorySegment to, int from, int end, Scratch scratch) {
        long groupBytes = format.groupBytes(w.columns());
        Arguments arguments = scratch.arguments();
        arguments.set(GroupPacker.ROW_BYTES, w.rowBytes());
        arguments.set(GroupPacker.BLOCKS, w.columns() / format.type().blockSize());
        for (int row = from; row < end; row += format.rows()) {
            int rows = Math.min(format.rows(), end - row);
            arguments.set(GroupPacker.W, address(w.segment(), w.row(row), rows * w.rowBytes()));
            arguments.set(GroupPacker.TO, address(to, row / format.rows() * groupBytes, groupBytes));
            arguments.set(GroupPacker.ROWS, rows);
            packer.call(arguments.address());
        }
    }

    @Override
    public void unpack(MemorySegment packed, int columns, int row, MemorySegment to) {
        int lane = row % format.rows();
        long group = row / format.rows() * format.groupBytes(columns);
        int blocks = columns / format.type().blockSize();
        for (int b = 0; b < blocks; b++) {
            long unit = group + (long) (b / pieces.size()) * format.unitBytes();
            long block = (long) b * format.type().blockBytes();
            for (RowGroups.Piece each : pieces.get(b % pieces.size())) {
                long at = block + each.from();
                switch (each.content()) {
                    case HALF -> to.set(SHORT, at, packed.get(SHORT, unit + each.to() + 2L * lane));
                    case WORD -> to.set(INT, at, packed.get(INT, unit + each.to() + 4L * lane));
                    case BITS -> to.set(INT, at, bits(packed.get(INT, unit + each.to() + 4L * lane)));
                }
            }
        }
    }

    /** Bit {@code k} of byte {@code j} becomes bit {@code 4 k + j}. */
    private static int bits(int packed) {
        int bits = 0;
        for (int j = 0; j < Integer.BYTES; j++) {
            bits |= Integer.expand(packed >>> (Byte.SIZE * j), 0x11111111 << j);
        }
        return bits;
    }
}
