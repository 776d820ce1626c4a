package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.kernel.Places.address;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.SuperBlocks;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/** Panels of weights: {@link PanelPacker} or {@link SuperPanelPacker} unpacks 8 rows at a time. */
public final class BlockPacker implements PanelSource {

    private final Routine pack;

    BlockPacker(CodeCache code, QuantType type) {
        pack = code.routine(name(type));
    }

    /** All routines by name. */
    static Map<String, byte[]> codes() {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (BlockFormat format : BlockFormat.all()) {
            codes.put(name(format.type()), PanelPacker.assemble(format));
        }
        for (QuantType type : SuperBlocks.TYPES) {
            codes.put(name(type), SuperPanelPacker.assemble(type));
        }
        return codes;
    }

    public static String name(QuantType type) {
        return type.name() + " pack";
    }

    @Override
    public void pack(Operand w, int first, int end, Parts to, Scratch scratch) {
        Arguments arguments = scratch.arguments();
        long bytes = PanelPacker.ROWS * w.rowBytes();
        for (int half = 0; half < 2; half++) {
            int row = Math.min(end, first + half * PanelPacker.ROWS);
            int rows = Math.min(end - row, PanelPacker.ROWS);
            long source;
            if (rows == PanelPacker.ROWS) {
                source = address(w.segment(), w.row(row), bytes);
            } else {
                Operand copy = scratch.rows(Scratch.Use.ROW, 1, (int) Math.ceilDiv(bytes, Float.BYTES));
                copy.segment().asSlice(0, bytes).fill((byte) 0);
                if (rows > 0) {
                    MemorySegment.copy(w.segment(), w.row(row), copy.segment(), 0, rows * w.rowBytes());
                }
                source = address(copy.segment(), 0, bytes);
            }
            arguments.set(PanelPacker.W, source);
            arguments.set(PanelPacker.CODES, to.codes() + 32L * half);
            arguments.set(PanelPacker.SCALES, to.scales() + 32L * half);
            arguments.set(PanelPacker.MINIMA, to.minima() + 32L * half);
            arguments.set(PanelPacker.ROW_BYTES, w.rowBytes());
            arguments.set(PanelPacker.BLOCKS, w.columns() / w.type().blockSize());
            pack.call(arguments.address());
        }
    }
}
