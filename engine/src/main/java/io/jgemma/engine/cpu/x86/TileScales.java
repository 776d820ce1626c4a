package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.Places.address;
import static io.jgemma.engine.cpu.x86.Places.arguments;
import static io.jgemma.engine.cpu.x86.Vec.zmm;

import io.jgemma.engine.cpu.KvTile;
import io.jgemma.engine.cpu.Operand;
import io.jgemma.engine.cpu.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The scales of a run of tiles as F32: {@code y[i] = (float) x[i]} for F16 {@code x}, 16 at a time. AVX-512. */
final class TileScales {

    /** Name of the routine. */
    static final String NAME = "scales of tiles";

    // The argument block: addresses, then elements of a tile (a multiple of 16), tiles, their distance, and that to
    // what
    // is read next.
    private static final int X = 0;
    private static final int Y = 8;
    private static final int COUNT = 16;
    private static final int TILES = 24;
    private static final int TILE_BYTES = 32;
    private static final int AHEAD = 40;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final Routine routine;

    TileScales(CodeCache code) {
        routine = code.routine(NAME);
    }

    static byte[] assemble() {
        Assembler a = new Assembler();
        Label tile = a.label();
        Label loop = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(Gp.RSI, Mem.at(Gp.RDI, X)).mov(Gp.RAX, Mem.at(Gp.RDI, Y));
        a.mov(Gp.R9, Mem.at(Gp.RDI, TILES)).mov(Gp.R10, Mem.at(Gp.RDI, AHEAD));
        a.bind(tile).mov(Gp.R8, Gp.RSI).mov(Gp.RCX, Mem.at(Gp.RDI, COUNT));
        a.bind(loop);
        a.prefetch(Mem.at(Gp.R8, Gp.R10, 1, 0));
        a.emit(VCVTPH2PS, zmm(0), Mem.at(Gp.R8));
        a.emit(VMOVUPS_STORE, Mem.at(Gp.RAX), zmm(0));
        a.add(Gp.R8, 32).add(Gp.RAX, 64).sub(Gp.RCX, 16).jump(Condition.NOT_EQUAL, loop);
        a.add(Gp.RSI, Mem.at(Gp.RDI, TILE_BYTES)).sub(Gp.R9, 1).jump(Condition.NOT_EQUAL, tile);
        frame.close();
        return a.finish();
    }

    /** The scales of all tiles of a run; their address. */
    long read(KvTile tiles, Scratch scratch) {
        Operand scales = scratch.rows(Scratch.Use.SCALES, tiles.tiles(), tiles.blocks());
        MemorySegment arguments = arguments(scratch);
        long to = address(scales.segment(), 0, tiles.tiles() * scales.rowBytes());
        arguments.set(LONG, X, address(tiles.segment(), tiles.scale(0), tiles.tiles() * tiles.tileBytes()));
        arguments.set(LONG, Y, to);
        arguments.set(LONG, COUNT, tiles.blocks());
        arguments.set(LONG, TILES, tiles.tiles());
        arguments.set(LONG, TILE_BYTES, tiles.tileBytes());
        arguments.set(LONG, AHEAD, tiles.aheadBytes());
        routine.call(arguments.address());
        return to;
    }
}
