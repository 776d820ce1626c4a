package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPERMI2B;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import java.util.ArrayList;
import java.util.List;

/**
 * The scales of tiles of values, which lie as F16 [tile][32 tokens][blocks], as [blocks][tile][32]: those of one block of columns side by side.
 * For 2, 4 or 8 blocks; even and odd columns are parted again and again. AVX-512 with VBMI.
 *
 * <p>Registers: zmm0 to zmm15 scales, zmm16 and zmm17 order. RSI from, RCX tile's place in the first block, RAX in others, RDX bytes from block to
 * block, R8 tiles left, R9 bytes from tile to tile, R10 to what is read later.
 */
public final class WordScales {

    /** The argument block: addresses; bytes from tile to tile of {@code X}, from block to block of {@code Y}; tiles; bytes to what is read later. */
    static final int X = 0;

    static final int Y = 8;
    static final int TILE_BYTES = 16;
    static final int BLOCK_BYTES = 24;
    static final int TILES = 32;
    static final int AHEAD = 40;

    /** How many blocks there may be. */
    public static final List<Integer> BLOCKS = List.of(2, 4, 8);

    public static final int LINE = 64;

    private static final Vec EVEN = zmm(16);
    private static final Vec ODD = zmm(17);

    private final Assembler a = new Assembler();
    private final int blocks;

    private WordScales(int blocks) {
        this.blocks = blocks;
    }

    static byte[] assemble(int blocks) {
        return new WordScales(blocks).routine();
    }

    private byte[] routine() {
        Label order = a.label();
        Label tile = a.label();
        Frame frame = Frame.openVectors(a);
        a.lea(Gp.RAX, Mem.at(order));
        a.emit(VMOVUPS, EVEN, Mem.at(Gp.RAX));
        a.emit(VMOVUPS, ODD, Mem.at(Gp.RAX, LINE));
        a.mov(Gp.RSI, Mem.at(Gp.RDI, X)).mov(Gp.RCX, Mem.at(Gp.RDI, Y)).mov(Gp.RDX, Mem.at(Gp.RDI, BLOCK_BYTES));
        a.mov(Gp.R8, Mem.at(Gp.RDI, TILES)).mov(Gp.R9, Mem.at(Gp.RDI, TILE_BYTES));
        a.mov(Gp.R10, Mem.at(Gp.RDI, AHEAD)).bind(tile);
        List<Vec> lines = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            a.prefetch(Mem.at(Gp.RSI, Gp.R10, 1, (long) LINE * i));
            a.emit(VMOVUPS, zmm(i), Mem.at(Gp.RSI, (long) LINE * i));
            lines.add(zmm(i));
        }
        a.mov(Gp.RAX, Gp.RCX);
        for (Vec line : parted(lines, 8)) {
            a.emit(VMOVUPS_STORE, Mem.at(Gp.RAX), line);
            a.add(Gp.RAX, Gp.RDX);
        }
        a.add(Gp.RCX, LINE).add(Gp.RSI, Gp.R9).sub(Gp.R8, 1).jump(Condition.NOT_EQUAL, tile);
        frame.close();
        a.alignData(LINE).bind(order);
        for (int odd = 0; odd < 2; odd++) {
            for (int i = 0; i < LINE / 4; i++) {
                int word = 4 * (2 * i) + 2 * odd;
                a.word(word | (word + 1) << 8 | (word + 4) << 16 | (word + 5) << 24);
            }
        }
        return a.finish();
    }

    /**
     * Lines of [tokens][columns] as one line a column.
     *
     * @param free the first of as many registers as there are lines
     */
    private List<Vec> parted(List<Vec> lines, int free) {
        int half = lines.size() / 2;
        if (half == 0) {
            return lines;
        }
        List<Vec> even = new ArrayList<>();
        List<Vec> odd = new ArrayList<>();
        for (int i = 0; i < half; i++) {
            even.add(part(EVEN, lines, i, zmm(free + i)));
            odd.add(part(ODD, lines, i, zmm(free + half + i)));
        }
        int taken = lines.getFirst().number();
        List<Vec> evens = parted(even, taken);
        List<Vec> odds = parted(odd, taken + half);
        List<Vec> all = new ArrayList<>();
        for (int i = 0; i < half; i++) {
            all.add(evens.get(i));
            all.add(odds.get(i));
        }
        return all;
    }

    private Vec part(Vec order, List<Vec> lines, int pair, Vec to) {
        a.emit(VMOVUPS, to, order);
        a.emit(VPERMI2B, to, lines.get(2 * pair), lines.get(2 * pair + 1));
        return to;
    }
}
