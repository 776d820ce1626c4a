package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Places.address;
import static io.jgemma.engine.cpu.x86.Places.arguments;

import io.jgemma.engine.cpu.Operand;
import io.jgemma.engine.cpu.Scratch;
import io.jgemma.engine.cpu.WeightLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;

/** Groups of 16 rows ({@link RowGroups}) in huge pages. */
final class GroupLayout implements WeightLayout {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final RowGroups format;
    private final Routine packer;
    private final PageMemory memory;

    GroupLayout(RowGroups format, CodeCache code, PageMemory memory) {
        this.format = format;
        this.memory = memory;
        packer = code.routine(pack(format));
    }

    /** All routines by name. */
    static Map<String, byte[]> codes(Isa isa) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (RowGroups format : RowGroups.all(isa)) {
            codes.put(pack(format), format.assemblePacker());
        }
        return codes;
    }

    static String pack(RowGroups format) {
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
        MemorySegment arguments = arguments(scratch);
        arguments.set(LONG, GroupPacker.ROW_BYTES, w.rowBytes());
        arguments.set(LONG, GroupPacker.BLOCKS, w.columns() / format.type().blockSize());
        for (int row = from; row < end; row += RowGroups.ROWS) {
            int rows = Math.min(RowGroups.ROWS, end - row);
            arguments.set(LONG, GroupPacker.W, address(w.segment(), w.row(row), rows * w.rowBytes()));
            arguments.set(LONG, GroupPacker.TO, address(to, row / RowGroups.ROWS * groupBytes, groupBytes));
            arguments.set(LONG, GroupPacker.ROWS, rows);
            packer.call(arguments.address());
        }
    }

    @Override
    public void unpack(MemorySegment packed, int columns, int row, MemorySegment to) {
        format.unpack(packed, columns, row, to);
    }
}
