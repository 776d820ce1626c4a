package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.kernel.Places.address;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
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

/** The scales of a run of tiles as F32: {@code y[i] = (float) x[i]} for F16 {@code x}, 16 at a time. AVX2 with F16C, or AVX-512. */
final class TileScales {

    /** Name of the routine. */
    static final String NAME = "scales of tiles";

    /** Scales at a time, of whose number those of a tile must be a multiple. */
    static final int AT_A_TIME = 16;

    // The argument block: addresses, then elements of a tile (a multiple of 16), tiles, their distance, and that to
    // what
    // is read next.
    private static final int X = 0;
    private static final int Y = 8;
    private static final int COUNT = 16;
    private static final int TILES = 24;
    private static final int TILE_BYTES = 32;
    private static final int AHEAD = 40;

    private final Routine routine;

    TileScales(CodeCache code) {
        routine = code.routine(NAME);
    }

    static byte[] assemble(Width width) {
        Assembler a = new Assembler();
        Label tile = a.label();
        Label loop = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(Gp.RSI, Mem.at(Gp.RDI, X)).mov(Gp.RAX, Mem.at(Gp.RDI, Y));
        a.mov(Gp.R9, Mem.at(Gp.RDI, TILES)).mov(Gp.R10, Mem.at(Gp.RDI, AHEAD));
        a.bind(tile).mov(Gp.R8, Gp.RSI).mov(Gp.RCX, Mem.at(Gp.RDI, COUNT));
        a.bind(loop);
        a.prefetch(Mem.at(Gp.R8, Gp.R10, 1, 0));
        for (int i = 0; i < AT_A_TIME; i += width.lanes()) {
            a.emit(VCVTPH2PS, width.of(0), Mem.at(Gp.R8, 2L * i));
            a.emit(VMOVUPS_STORE, Mem.at(Gp.RAX, 4L * i), width.of(0));
        }
        a.add(Gp.R8, 2 * AT_A_TIME)
                .add(Gp.RAX, 4 * AT_A_TIME)
                .sub(Gp.RCX, AT_A_TIME)
                .jump(Condition.NOT_EQUAL, loop);
        a.add(Gp.RSI, Mem.at(Gp.RDI, TILE_BYTES)).sub(Gp.R9, 1).jump(Condition.NOT_EQUAL, tile);
        frame.close();
        return a.finish();
    }

    /** The scales of all tiles of a run; their address. */
    long read(KvTile tiles, Scratch scratch) {
        Operand scales = scratch.rows(Scratch.Use.SCALES, tiles.tiles(), tiles.blocks());
        Arguments arguments = scratch.arguments();
        long to = address(scales.segment(), 0, tiles.tiles() * scales.rowBytes());
        arguments.set(X, address(tiles.segment(), tiles.scale(0), tiles.tiles() * tiles.tileBytes()));
        arguments.set(Y, to);
        arguments.set(COUNT, tiles.blocks());
        arguments.set(TILES, tiles.tiles());
        arguments.set(TILE_BYTES, tiles.tileBytes());
        arguments.set(AHEAD, tiles.aheadBytes());
        routine.call(arguments.address());
        return to;
    }
}
