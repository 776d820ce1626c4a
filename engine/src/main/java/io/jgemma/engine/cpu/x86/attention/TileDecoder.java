package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.kernel.Places.address;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.KvTile;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.assembler.Width;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Quantized tiles as F32 [rows][columns] ({@link TileFloats}). With more rows than {@link WeightedRows} takes at a time, that is less
 * work than to read the values again for each few of them: with 256 bits a block of Q4_0 is 18 instructions and 4 stores.
 *
 * <p>RDI arguments; RSI values, RAX scales, RDX results, RCX blocks left, R8 bytes to what is read next.
 */
public final class TileDecoder {

    // The argument block: addresses of values, scales (F32) and results; 32s of values; bytes to what is read next.
    static final int X = 0;
    static final int SCALES = 8;
    static final int Y = 16;
    static final int BLOCKS = 24;
    static final int AHEAD = 32;

    private static final Gp FROM = Gp.RSI;
    private static final Gp SCALE = Gp.RAX;
    private static final Gp TO = Gp.RDX;
    private static final Gp LEFT = Gp.RCX;
    private static final Gp DISTANCE = Gp.R8;

    private final Map<TileFloats.Kind, Routine> routines = new EnumMap<>(TileFloats.Kind.class);

    TileDecoder(CodeCache code) {
        for (TileFloats.Kind kind : TileFloats.Kind.OF_TILES) {
            routines.put(kind, code.routine(name(kind)));
        }
    }

    /** The routines by name. */
    static Map<String, byte[]> codes(Width width) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (TileFloats.Kind kind : TileFloats.Kind.OF_TILES) {
            codes.put(name(kind), assemble(kind, width));
        }
        return codes;
    }

    public static String name(TileFloats.Kind kind) {
        return kind + " tile as floats";
    }

    private static byte[] assemble(TileFloats.Kind kind, Width width) {
        Assembler a = new Assembler();
        TileFloats floats = new TileFloats(a, kind, width, TileFloats.COLUMNS, 0);
        Label loop = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(FROM, Mem.at(Gp.RDI, X)).mov(SCALE, Mem.at(Gp.RDI, SCALES)).mov(TO, Mem.at(Gp.RDI, Y));
        a.mov(LEFT, Mem.at(Gp.RDI, BLOCKS)).mov(DISTANCE, Mem.at(Gp.RDI, AHEAD));
        floats.load();
        a.align(32).bind(loop);
        a.prefetch(Mem.at(FROM, DISTANCE, 1, 0));
        floats.emit(Mem.at(FROM), Mem.at(SCALE), 0);
        floats.reduce(floats.scale());
        floats.multiply();
        for (int i = 0; i < floats.count(); i++) {
            a.emit(VMOVUPS_STORE, Mem.at(TO, (long) width.bytes() * i), floats.floats(i));
        }
        a.add(FROM, kind.blockBytes()).add(SCALE, Float.BYTES).add(TO, Float.BYTES * TileFloats.COLUMNS);
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        frame.close();
        floats.data();
        return a.finish();
    }

    /** The floats of a tile of a run; their address. */
    long read(KvTile run, int tile, long scales, Scratch scratch) {
        Operand floats = scratch.rows(Scratch.Use.WEIGHTS, run.rows(), run.columns());
        long to = address(floats.segment(), 0, run.rows() * floats.rowBytes());
        Arguments arguments = scratch.arguments();
        arguments.set(X, X86Attention.values(run) + tile * run.tileBytes());
        arguments.set(SCALES, scales + 4L * tile * run.blocks());
        arguments.set(Y, to);
        arguments.set(BLOCKS, run.blocks());
        arguments.set(AHEAD, run.aheadBytes());
        Objects.requireNonNull(routines.get(X86Attention.kind(run))).call(arguments.address());
        return to;
    }
}
