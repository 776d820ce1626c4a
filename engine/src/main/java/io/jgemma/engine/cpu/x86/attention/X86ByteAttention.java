package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.kernel.Places.address;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.KvTile;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.panels.PanelStart;
import io.jgemma.engine.cpu.x86.weights.panels.WidePanels;

/**
 * Attention of many queries over quantized tiles in products of bytes, for prompts that may be rounded to 8 bits. Keys and
 * values become panels of weights, 32 of their elements with one scale ({@link ColumnQuantizer}), and queries and their weights
 * rows of activations, so that {@link WidePanels} multiplies them. A tile is rounded once for all queries of a call.
 *
 * <p>Only tiles: their keys have the mean of a page taken away. Keys as they are have channels so much larger than others that 8
 * bits with one scale would cost more than those of all weights together ({@code docs/adr/0010-8-bits-in-prompts-on-request.md}).
 */
public final class X86ByteAttention {

    /** From so many queries on rounding a tile pays. */
    static final int LEAST_QUERIES = 24;

    /** Queries that had best share a tile. */
    public static final int QUERIES = 128;

    private static final int BLOCK = BlockFormat.SIZE;

    private final TileScales tileScales;
    private final BytePanels panels;

    public X86ByteAttention(CodeCache code) {
        tileScales = new TileScales(code);
        panels = new BytePanels(code);
    }

    /** Whether keys or values with so many channels are multiplied here for so many queries. */
    static boolean takes(int queries, int channels) {
        return queries >= LEAST_QUERIES && channels % BLOCK == 0;
    }

    /** See {@code CpuKernels.scores}: keys that lie transposed in tiles. */
    void scores(Operand s, Operand q, Operand begin, KvTile k, Scratch scratch) {
        int n = k.rows();
        Operand x = panels.quantized(q, scratch);
        BytePanels.Place place = BytePanels.place(n, scratch);
        long scales = tileScales.read(k, scratch);
        long values = X86Attention.values(k);
        for (int i = 0; i < k.tiles(); i++) {
            Arguments arguments = scratch.arguments();
            arguments.set(ColumnQuantizer.V, values + i * k.tileBytes());
            arguments.set(ColumnQuantizer.SCALES, scales + 4L * i * k.blocks());
            arguments.set(ColumnQuantizer.ROW_BYTES, k.valueBytes());
            arguments.set(ColumnQuantizer.ROW_SCALES, Float.BYTES);
            arguments.set(ColumnQuantizer.GROUP_BYTES, (long) BLOCK * k.valueBytes());
            arguments.set(ColumnQuantizer.GROUP_SCALES, 4L * BLOCK);
            panels.columns(X86Attention.kind(k), place, n / BLOCK, arguments);
            arguments.set(WidePanels.BEGIN, address(begin.segment(), begin.row(0), 4L * s.rows()));
            panels.multiply(PanelStart.TOKEN, s, i * k.columns(), place, x, scratch);
        }
    }

    /** See Operand, KvTile, Scratch). */
    void accumulate(Operand o, Operand p, KvTile v, Scratch scratch) {
        int n = v.tiles() * v.rows();
        Operand x = panels.quantized(p, scratch);
        BytePanels.Place place = BytePanels.place(n, scratch);
        long scales = tileScales.read(v, scratch);
        long values = X86Attention.values(v);
        int blocks = v.columns() / BLOCK;
        for (int j = 0; j < blocks; j++) {
            Arguments arguments = scratch.arguments();
            arguments.set(ColumnQuantizer.V, values + (long) j * v.valueBytes());
            arguments.set(ColumnQuantizer.SCALES, scales + 4L * j);
            arguments.set(ColumnQuantizer.ROW_BYTES, (long) blocks * v.valueBytes());
            arguments.set(ColumnQuantizer.ROW_SCALES, 4L * blocks);
            arguments.set(ColumnQuantizer.GROUP_BYTES, v.tileBytes());
            arguments.set(ColumnQuantizer.GROUP_SCALES, 4L * v.blocks());
            panels.columns(X86Attention.kind(v), place, v.tiles(), arguments);
            panels.multiply(PanelStart.RESULT, o, j * BLOCK, place, x, scratch);
        }
    }
}
