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

/** {@link GroupFormat} in huge pages, filled by {@link GroupPacker}. */
final class GroupLayout implements WeightLayout {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private final GroupFormat format;
    private final Routine packer;
    private final PageMemory memory;

    GroupLayout(GroupFormat format, CodeCache code, PageMemory memory) {
        this.format = format;
        this.memory = memory;
        packer = code.routine(pack(format));
    }

    /** All routines by name. */
    static Map<String, byte[]> codes() {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (GroupFormat format : GroupFormat.all()) {
            codes.put(pack(format), GroupPacker.assemble(format));
        }
        return codes;
    }

    static String pack(GroupFormat format) {
        return format.blocks().name() + " group";
    }

    @Override
    public int groupRows() {
        return GroupFormat.ROWS;
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
        arguments.set(LONG, GroupPacker.BLOCKS, GroupFormat.blocks(w.columns()));
        for (int row = from; row < end; row += GroupFormat.ROWS) {
            int rows = Math.min(GroupFormat.ROWS, end - row);
            arguments.set(LONG, GroupPacker.W, address(w.segment(), w.row(row), rows * w.rowBytes()));
            arguments.set(LONG, GroupPacker.TO, address(to, row / GroupFormat.ROWS * groupBytes, groupBytes));
            arguments.set(LONG, GroupPacker.ROWS, rows);
            packer.call(arguments.address());
        }
    }

    @Override
    public void unpack(MemorySegment packed, int columns, int row, MemorySegment to) {
        BlockFormat blocks = format.blocks();
        int lane = row % GroupFormat.ROWS;
        long group = row / GroupFormat.ROWS * format.groupBytes(columns);
        long at = 0;
        for (int b = 0; b < GroupFormat.blocks(columns); b++) {
            long unit = group + (long) (b / 2) * format.unitBytes();
            to.set(SHORT, at, packed.get(SHORT, unit + GroupFormat.scales(b % 2) + 2L * lane));
            at += 2;
            if (blocks.hasMinimum()) {
                to.set(SHORT, at, packed.get(SHORT, unit + GroupFormat.minima(b % 2) + 2L * lane));
                at += 2;
            }
            if (blocks.hasFifthBits()) {
                to.set(INT, at, packed.get(INT, unit + format.fifthBits(b % 2) + 4L * lane));
                at += 4;
            }
            for (int i = 0; i < format.lines(); i++) {
                long line = unit + format.codes(b % 2) + (long) GroupFormat.LINE * i;
                to.set(INT, at, packed.get(INT, line + 4L * lane));
                at += 4;
            }
        }
    }
}
