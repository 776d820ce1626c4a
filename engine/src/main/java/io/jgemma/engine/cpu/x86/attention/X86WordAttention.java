package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.kernel.Places.address;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.KvTile;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Attention over quantized tiles in products of 16 bits. The scales of keys and values go to the queries and to their weights,
 * which are far fewer numbers, and these are rounded with one scale for a run of tiles ({@link WordFactors}); what is left
 * are sums of integers ({@link WordRows}). For values of 32, 64, 128 or 256 channels.
 */
public final class X86WordAttention {

    public static final String FACTORS = "factors of tiles";

    /** The most rows of Q8_0 whose sum stays an integer of 32 bits. */
    private static final int MOST_ROWS = 512;

    private static final int SIZE = WordFactors.SIZE;
    private static final int LINE = WordScales.LINE;

    private final Routine factors;
    private final Map<TileFloats.Kind, Routine[]> products = new EnumMap<>(TileFloats.Kind.class);
    private final Map<Integer, Routine> scales = new LinkedHashMap<>();

    public X86WordAttention(CodeCache code) {
        factors = code.routine(FACTORS);
        for (TileFloats.Kind kind : TileFloats.Kind.OF_TILES) {
            Routine[] routines = new Routine[WordRows.MOST + 1];
            for (int i = 1; i < routines.length; i++) {
                routines[i] = code.routine(product(kind, i));
            }
            products.put(kind, routines);
        }
        WordScales.BLOCKS.forEach(blocks -> scales.put(blocks, code.routine(scales(blocks))));
    }

    public static boolean supports(Isa isa) {
        return isa == Isa.AVX512_VBMI;
    }

    /** The routines by name. */
    static Map<String, byte[]> codes() {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        codes.put(FACTORS, WordFactors.assemble());
        for (TileFloats.Kind kind : TileFloats.Kind.OF_TILES) {
            for (int i = 1; i <= WordRows.MOST; i++) {
                codes.put(product(kind, i), WordRows.assemble(kind, i));
            }
        }
        WordScales.BLOCKS.forEach(blocks -> codes.put(scales(blocks), WordScales.assemble(blocks)));
        return codes;
    }

    public static String product(TileFloats.Kind kind, int count) {
        return kind + " words x " + count;
    }

    public static String scales(int blocks) {
        return "scales of " + blocks + " blocks";
    }

    /** Whether transposed keys in tiles are multiplied here. */
    static boolean takesKeys(KvTile k) {
        return k.columns() == SIZE && k.rows() % SIZE == 0 && k.rows() <= MOST_ROWS;
    }

    /** Whether values in tiles are multiplied here. */
    static boolean takesValues(KvTile v) {
        int blocks = v.columns() / SIZE;
        boolean fits = v.columns() % SIZE == 0 && v.rows() == SIZE && v.tiles() * SIZE <= MOST_ROWS;
        return fits && (blocks == 1 || WordScales.BLOCKS.contains(blocks));
    }

    /** See {@link io.jgemma.engine.cpu.kernel.CpuKernels#scores}: a tile is a block, its channels are the rows. */
    void scores(Operand s, Operand q, Operand begin, KvTile k, Scratch scratch) {
        Arguments arguments = scratch.arguments();
        arguments.set(WordArguments.D, address(k.segment(), k.scale(0), k.tiles() * k.tileBytes()));
        arguments.set(WordArguments.D_BLOCK, k.tileBytes());
        arguments.set(WordArguments.D_GROUP, LINE);
        arguments.set(WordArguments.V_BLOCK, k.tileBytes());
        arguments.set(WordArguments.V_GROUP, (long) SIZE * k.valueBytes());
        arguments.set(WordArguments.V_ROW, k.valueBytes());
        arguments.set(WordArguments.D_AHEAD, k.aheadBytes());
        arguments.set(WordArguments.BEGIN, address(begin.segment(), begin.row(0), 4L * s.rows()));
        multiply(s, q, k, k.tiles(), k.rows() / SIZE, scratch);
    }

    /** See {@link io.jgemma.engine.cpu.kernel.CpuKernels#accumulate(Operand, Operand, KvTile, Scratch)}: a tile is a group, its tokens are the rows. */
    void accumulate(Operand o, Operand p, KvTile v, Scratch scratch) {
        int blocks = v.columns() / SIZE;
        long lines = (long) LINE * v.tiles();
        long d = scales(v, blocks, scratch);
        Arguments arguments = scratch.arguments();
        arguments.set(WordArguments.D, d);
        arguments.set(WordArguments.D_BLOCK, lines);
        arguments.set(WordArguments.D_GROUP, blocks == 1 ? v.tileBytes() : LINE);
        arguments.set(WordArguments.V_BLOCK, v.valueBytes());
        arguments.set(WordArguments.V_GROUP, v.tileBytes());
        arguments.set(WordArguments.V_ROW, (long) blocks * v.valueBytes());
        arguments.set(WordArguments.D_AHEAD, 0);
        arguments.set(WordArguments.BEGIN, 0);
        multiply(o, p, v, blocks, v.tiles(), scratch);
    }

    /** Address of the scales of values, block after block. */
    private long scales(KvTile v, int blocks, Scratch scratch) {
        long from = address(v.segment(), v.scale(0), v.tiles() * v.tileBytes());
        if (blocks == 1) {
            return from;
        }
        long lines = (long) LINE * v.tiles();
        Operand parted = scratch.rows(Scratch.Use.SCALES, blocks, (int) (lines / Float.BYTES));
        long to = address(parted.segment(), 0, blocks * lines);
        Arguments arguments = scratch.arguments();
        arguments.set(WordScales.X, from);
        arguments.set(WordScales.Y, to);
        arguments.set(WordScales.TILE_BYTES, v.tileBytes());
        arguments.set(WordScales.BLOCK_BYTES, lines);
        arguments.set(WordScales.TILES, v.tiles());
        arguments.set(WordScales.AHEAD, v.aheadBytes());
        Objects.requireNonNull(scales.get(blocks)).call(arguments.address());
        return to;
    }

    /** The rest, for as many queries at a time as there are registers. */
    private void multiply(Operand to, Operand w, KvTile v, int blocks, int groups, Scratch scratch) {
        Routine[] routines = Objects.requireNonNull(products.get(X86Attention.kind(v)));
        Arguments arguments = scratch.arguments();
        int queries = w.rows();
        int step = Math.ceilDiv(queries, Math.ceilDiv(queries, WordRows.MOST));
        int rows = groups * SIZE;
        work(step, blocks, groups, arguments, scratch);
        arguments.set(WordArguments.V, X86Attention.values(v));
        arguments.set(WordArguments.V_AHEAD, v.aheadBytes());
        arguments.set(WordArguments.W_BYTES, w.rowBytes());
        arguments.set(WordArguments.O_BYTES, to.rowBytes());
        long begin = arguments.get(WordArguments.BEGIN);
        long from = address(w.segment(), w.row(0), (queries - 1) * w.rowBytes() + 4L * rows);
        long result = address(to.segment(), to.row(0), (queries - 1) * to.rowBytes() + 4L * SIZE * blocks);
        for (int i = 0; i < queries; i += step) {
            int count = Math.min(step, queries - i);
            arguments.set(WordArguments.W, from + i * w.rowBytes());
            arguments.set(WordArguments.O, result + i * to.rowBytes());
            arguments.set(WordArguments.BEGIN, begin == 0 ? 0 : begin + 4L * i);
            arguments.set(WordArguments.QUERIES, count);
            factors.call(arguments.address());
            routines[count].call(arguments.address());
        }
    }

    /** Sets counts, and where the routines' own numbers lie. */
    private static void work(int queries, int blocks, int groups, Arguments arguments, Scratch scratch) {
        int rows = groups * SIZE;
        int words = queries * blocks * rows / 2;
        int floats = rows + queries * rows + WordRows.MOST;
        Operand memory = scratch.rows(Scratch.Use.ACTIVATIONS, 1, words + floats);
        long at = address(memory.segment(), 0, 4L * (words + floats));
        arguments.set(WordArguments.BLOCKS, blocks);
        arguments.set(WordArguments.GROUPS, groups);
        arguments.set(WordArguments.X, at);
        arguments.set(WordArguments.LARGEST, at + 4L * words);
        arguments.set(WordArguments.SCALED, at + 4L * (words + rows));
        arguments.set(WordArguments.FACTORS, at + 4L * (words + rows + queries * rows));
    }
}
