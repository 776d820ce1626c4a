package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.GuardedCalls.FAR_AHEAD;

import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.cpu.x86.attention.BytePanels;
import io.jgemma.engine.cpu.x86.attention.TileDecoder;
import io.jgemma.engine.cpu.x86.attention.TileFloats;
import io.jgemma.engine.cpu.x86.attention.WeightedRows;
import io.jgemma.engine.cpu.x86.attention.WordRows;
import io.jgemma.engine.cpu.x86.attention.WordScales;
import io.jgemma.engine.cpu.x86.attention.X86WordAttention;
import io.jgemma.engine.cpu.x86.weights.DotProducts;
import io.jgemma.engine.cpu.x86.weights.X86Dots;
import io.jgemma.engine.cpu.x86.weights.panels.PanelStart;
import io.jgemma.engine.cpu.x86.weights.panels.WidePanels;

/** Calls of the routines of attention. */
final class AttentionCalls {

    private final GuardedCalls calls;

    AttentionCalls(GuardedCalls calls) {
        this.calls = calls;
    }

    void attention(Isa isa) {
        Width width = isa.width();
        for (int tokens : new int[] {1, 15, 16, 33, 256}) {
            long columns = tokens + 3L;
            calls.call(
                    "softmax step",
                    calls.bytes(8L * tokens),
                    calls.bytes(8 * columns),
                    calls.bytes(16),
                    4L * tokens,
                    4 * columns,
                    8,
                    tokens,
                    columns,
                    2);
        }
        calls.call("scales of tiles", calls.bytes(3 * 200L - 104), calls.zeros(3 * 192L), 48, 3, 200, FAR_AHEAD);
        for (TileFloats.Kind kind : TileFloats.Kind.OF_TILES) {
            decode(kind, 1);
            decode(kind, 48);
        }
        for (TileFloats.Kind kind : TileFloats.Kind.values()) {
            for (int count = 1; count <= WeightedRows.most(width); count++) {
                scores(kind, count);
                values(kind, count);
            }
        }
        for (DotProducts.Kind kind : DotProducts.Kind.values()) {
            for (int queries = 1; queries <= DotProducts.MOST; queries++) {
                for (int dim : new int[] {width.lanes(), 48, 9 * width.lanes()}) {
                    dots(kind, queries, 1, dim, width);
                    dots(kind, queries, DotProducts.block(width, queries), dim, width);
                }
            }
        }
    }

    private void decode(TileFloats.Kind kind, int blocks) {
        long values = calls.bytes((long) kind.blockBytes() * blocks);
        String routine = TileDecoder.name(kind);
        calls.call(routine, values, calls.bytes(4L * blocks), calls.zeros(128L * blocks), blocks, FAR_AHEAD);
    }

    private void scores(TileFloats.Kind kind, int count) {
        long dim = 48;
        long tiles = 3;
        long tileBytes = dim * kind.blockBytes() + 8;
        calls.call(
                WeightedRows.name(kind, count),
                calls.zeros(128 * tiles * count),
                calls.bytes(4 * dim * count),
                calls.bytes(tileBytes * tiles - 8),
                kind.scaled() ? calls.bytes(4 * dim * tiles) : 0,
                calls.bytes(4L * count),
                128 * tiles,
                4 * dim,
                kind.blockBytes(),
                4,
                tileBytes,
                4 * dim,
                128,
                0,
                dim,
                1,
                tiles,
                FAR_AHEAD,
                0,
                0);
    }

    private void values(TileFloats.Kind kind, int count) {
        long blocks = 3;
        long rows = 5;
        long tiles = 2;
        long tileBytes = rows * blocks * kind.blockBytes();
        calls.call(
                WeightedRows.name(kind, count),
                calls.bytes(128 * blocks * count),
                calls.bytes(4 * rows * tiles * count),
                calls.bytes(tileBytes * tiles),
                kind.scaled() ? calls.bytes(4 * rows * blocks * tiles) : 0,
                0,
                128 * blocks,
                4 * rows * tiles,
                blocks * kind.blockBytes(),
                4 * blocks,
                tileBytes,
                4 * rows * blocks,
                0,
                4 * rows,
                rows,
                blocks,
                tiles,
                FAR_AHEAD,
                0,
                0);
    }

    private void dots(DotProducts.Kind kind, int queries, int tokens, long dim, Width width) {
        long blocks = 3;
        long keyBytes = kind.type().bytes(dim) + 4;
        long all = blocks * tokens;
        calls.call(
                X86Dots.name(kind, queries, tokens),
                calls.zeros(4 * all * queries),
                calls.bytes(4 * dim * queries),
                calls.bytes(keyBytes * all - 4),
                4 * all,
                4 * dim,
                keyBytes,
                dim / width.lanes(),
                blocks);
    }

    void byteAttention() {
        for (int blocks : new int[] {1, 2, 9}) {
            for (TileFloats.Kind kind : TileFloats.Kind.OF_TILES) {
                columns(kind, blocks);
            }
            for (PanelStart start : PanelStart.values()) {
                for (int tokens = 1; tokens <= WidePanels.TOKENS; tokens++) {
                    startedPanel(tokens, start, blocks);
                }
            }
        }
    }

    private void columns(TileFloats.Kind kind, int groups) {
        long rowBytes = kind.blockBytes() + 6L;
        long groupBytes = 32 * rowBytes + 5;
        long second = 64L * 8 * groups;
        calls.call(
                BytePanels.columns(kind),
                calls.bytes(groupBytes * groups - 5 - 6),
                calls.bytes(4L * 32 * groups),
                calls.zeros(2 * second),
                calls.zeros(second + 64L * groups),
                rowBytes,
                4,
                second,
                groupBytes,
                128,
                groups);
    }

    private void startedPanel(int tokens, PanelStart start, int blocks) {
        int groups = 2;
        long second = 64L * 8 * blocks;
        long xBytes = 32L * blocks;
        long perBlock = xBytes * (groups * tokens - 1) + 4L * blocks;
        calls.call(
                BytePanels.product(tokens, start),
                calls.bytes(2 * second),
                calls.bytes(second + 64L * blocks),
                calls.bytes(xBytes * groups * tokens),
                calls.bytes(perBlock),
                calls.bytes(128L * groups * tokens),
                xBytes,
                128,
                blocks,
                0,
                calls.bytes(perBlock),
                second,
                groups,
                start == PanelStart.TOKEN ? calls.bytes(4L * groups * tokens) : 0);
    }

    void wordAttention() {
        for (int groups : new int[] {1, 3}) {
            for (int blocks : new int[] {1, 2, 5}) {
                for (TileFloats.Kind kind : TileFloats.Kind.OF_TILES) {
                    for (int count = 1; count <= WordRows.MOST; count++) {
                        words(kind, count, groups, blocks);
                    }
                }
            }
        }
        for (int blocks : WordScales.BLOCKS) {
            for (int tiles : new int[] {1, 3}) {
                long line = WordScales.LINE;
                long tileBytes = line * blocks + 6;
                long to = calls.zeros(line * tiles * blocks);
                String routine = X86WordAttention.scales(blocks);
                calls.call(routine, calls.bytes(tileBytes * tiles - 6), to, tileBytes, line * tiles, tiles, FAR_AHEAD);
            }
        }
    }

    private void words(TileFloats.Kind kind, int count, int groups, int blocks) {
        long rows = 32L * groups;
        long step = kind.blockBytes() + 6L;
        long groupBytes = 32 * step + 5;
        long blockBytes = groupBytes * groups + 3;
        long values = calls.bytes(blockBytes * blocks - 3 - 5 - 6);
        boolean fromNumbers = groups == 1;
        for (String routine : new String[] {X86WordAttention.FACTORS, X86WordAttention.product(kind, count)}) {
            calls.call(
                    routine,
                    calls.bytes(4 * rows * count),
                    calls.bytes(2 * rows * blocks),
                    values,
                    calls.bytes(128L * blocks * count),
                    fromNumbers ? calls.bytes(4L * count) : 0,
                    calls.bytes(2 * rows * count * blocks),
                    calls.bytes(4L * count),
                    calls.zeros(4 * rows),
                    calls.zeros(4 * rows * count),
                    4 * rows,
                    128L * blocks,
                    2 * rows,
                    64,
                    blockBytes,
                    groupBytes,
                    step,
                    FAR_AHEAD,
                    FAR_AHEAD,
                    blocks,
                    groups,
                    count);
        }
    }
}
