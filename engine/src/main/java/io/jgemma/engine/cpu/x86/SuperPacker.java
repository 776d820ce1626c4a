package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Places.address;
import static io.jgemma.engine.cpu.x86.Places.arguments;

import io.jgemma.engine.cpu.Operand;
import io.jgemma.engine.cpu.Scratch;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Panels of weights in blocks of 256: {@link SuperUnpacker} unpacks row by row, then {@link Transposer} turns 16 rows of pairs
 * of codes, and of factors, into a panel's order.
 */
final class SuperPacker implements X86Panels.Packer {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final String TRANSPOSE = "transpose";

    private final QuantType type;
    private final Routine unpack;
    private final Routine transpose;

    SuperPacker(CodeCache code, QuantType type) {
        this.type = type;
        unpack = code.routine(name(type));
        transpose = code.routine(TRANSPOSE);
    }

    static boolean supports(Isa isa) {
        return isa == Isa.AVX512_VBMI;
    }

    /** All routines by name; none where the instructions are missing. */
    static Map<String, byte[]> codes(Isa isa) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        if (supports(isa)) {
            for (QuantType type : SuperBlocks.TYPES) {
                codes.put(name(type), SuperUnpacker.assemble(type));
            }
            codes.put(TRANSPOSE, Transposer.assemble());
        }
        return codes;
    }

    private static String name(QuantType type) {
        return type.name() + " unpack";
    }

    WidePanels.Scaling scaling() {
        return type == QuantTypes.Q6_K ? WidePanels.Scaling.HALVES : WidePanels.Scaling.MINIMA;
    }

    @Override
    public void pack(Operand w, int first, int end, X86Panels.Parts to, Scratch scratch) {
        int rows = Math.min(end - first, X86Panels.ROWS);
        int blocks = w.columns() / type.blockSize();
        long codeBytes = (long) blocks * SuperUnpacker.CODE_BYTES;
        long rowBytes = codeBytes + (long) blocks * SuperUnpacker.FACTOR_BYTES;
        Operand unpacked = scratch.rows(Scratch.Use.ROW, X86Panels.ROWS, (int) (rowBytes / Float.BYTES));
        long codes = address(unpacked.segment(), 0, X86Panels.ROWS * rowBytes);
        long factors = codes + X86Panels.ROWS * codeBytes;
        MemorySegment arguments = arguments(scratch);
        if (rows < X86Panels.ROWS) {
            unpacked.segment().asSlice(0, X86Panels.ROWS * rowBytes).fill((byte) 0);
        }
        if (rows > 0) {
            arguments.set(LONG, SuperUnpacker.CODES, codes);
            arguments.set(LONG, SuperUnpacker.W, address(w.segment(), w.row(first), rows * w.rowBytes()));
            arguments.set(LONG, SuperUnpacker.FACTORS, factors);
            arguments.set(LONG, SuperUnpacker.ROWS, rows);
            arguments.set(LONG, SuperUnpacker.ROW_BYTES, w.rowBytes());
            arguments.set(LONG, SuperUnpacker.BLOCKS, blocks);
            unpack.call(arguments.address());
        }
        transpose(arguments, codes, codeBytes, to.codes(), to.codes() + 512, 1024);
        boolean minima = scaling() == WidePanels.Scaling.MINIMA;
        long factorBytes = (long) blocks * SuperUnpacker.FACTOR_BYTES;
        transpose(
                arguments,
                factors,
                factorBytes,
                to.scales(),
                minima ? to.minima() : to.scales() + 512,
                minima ? 512 : 1024);
    }

    /** Transposes 16 rows of so many bytes, 64 at a time; {@code step} bytes lie between results. */
    private void transpose(MemorySegment arguments, long from, long rowBytes, long first, long second, long step) {
        arguments.set(LONG, Transposer.FROM, from);
        arguments.set(LONG, Transposer.FIRST, first);
        arguments.set(LONG, Transposer.SECOND, second);
        arguments.set(LONG, Transposer.ROW_BYTES, rowBytes);
        arguments.set(LONG, Transposer.STEP, step);
        arguments.set(LONG, Transposer.TIMES, rowBytes / 64);
        transpose.call(arguments.address());
    }
}
