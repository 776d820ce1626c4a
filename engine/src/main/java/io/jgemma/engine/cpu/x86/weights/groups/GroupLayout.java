package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.kernel.Places.address;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.kernel.WeightLayout;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.PageMemory;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Groups of 16 rows ({@link RowGroups}) in huge pages. */
public final class GroupLayout implements WeightLayout {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private final RowGroups format;
    /** Of each block of a unit. */
    private final List<List<RowGroups.Piece>> pieces;

    private final Routine packer;
    private final PageMemory memory;

    public GroupLayout(RowGroups format, CodeCache code, PageMemory memory) {
        this.format = format;
        this.memory = memory;
        pieces =
                IntStream.range(0, format.unitBlocks()).mapToObj(format::pieces).toList();
        packer = code.routine(pack(format));
    }

    /** All routines by name. */
    public static Map<String, byte[]> codes() {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (RowGroups format : RowGroups.all()) {
            codes.put(pack(format), GroupPacker.assemble(format));
        }
        return codes;
    }

    public static String pack(RowGroups format) {
        return format.type().name() + " group";
    }

    @Override
    public int groupRows() {
        return RowGroups.ROWS;
    }

    @Override
    public MemorySegment allocate(int rows, int columns, Arena arena) {
        return memory.mapHuge(format.bytes(rows, columns), arena);
    }

    @Override
    public void pack(Operand w, MemorySegment to, int from, int end, Scratch scratch) {
        long groupBytes = format.groupBytes(w.columns());
        Arguments arguments = scratch.arguments();
        arguments.set(GroupPacker.ROW_BYTES, w.rowBytes());
        arguments.set(GroupPacker.BLOCKS, w.columns() / format.type().blockSize());
        for (int row = from; row < end; row += RowGroups.ROWS) {
            int rows = Math.min(RowGroups.ROWS, end - row);
            arguments.set(GroupPacker.W, address(w.segment(), w.row(row), rows * w.rowBytes()));
            arguments.set(GroupPacker.TO, address(to, row / RowGroups.ROWS * groupBytes, groupBytes));
            arguments.set(GroupPacker.ROWS, rows);
            packer.call(arguments.address());
        }
    }

    @Override
    public void unpack(MemorySegment packed, int columns, int row, MemorySegment to) {
        int lane = row % RowGroups.ROWS;
        long group = row / RowGroups.ROWS * format.groupBytes(columns);
        int blocks = columns / format.type().blockSize();
        for (int b = 0; b < blocks; b++) {
            long unit = group + (long) (b / pieces.size()) * format.unitBytes();
            long block = (long) b * format.type().blockBytes();
            for (RowGroups.Piece each : pieces.get(b % pieces.size())) {
                if (each.half()) {
                    to.set(SHORT, block + each.from(), packed.get(SHORT, unit + each.to() + 2L * lane));
                } else {
                    to.set(INT, block + each.from(), packed.get(INT, unit + each.to() + 4L * lane));
                }
            }
        }
    }
}
