package io.jgemma.cuda.kernels;

import io.jgemma.cuda.Arguments;
import io.jgemma.cuda.LaunchShape;

/** Attention, and the storing of K and V. */
public final class AttentionKernels {
    private static final int THREADS = 128;
    private static final int WARPS = 4;
    private static final int TILE_TOKENS = 32;
    private static final int JOIN_THREADS = 256;
    /** Words that keep neighbouring tokens of a tile in different banks. */
    private static final int PADDING = 4;

    private static final int MOST_DIM = 256;
    private static final int[] HEADS = {1, 4, 8};
    private static final int[] TILE_DIMS = {64, 80, 128, 256};
    /** Elements of a plain K or V that {@link #attendTiles} reads in one step, at least. */
    private static final int PLAIN_STEP = 8;

    private static final int TILE_PAIRS = 64;
    /** Channels that one warp takes. */
    private static final int WARP_CHANNELS = 128;

    private final KernelModules modules;
    private final Kernel storeKv;
    private final Kernel attend;
    private final Kernel[] split;
    private final Kernel[] tiles;
    private final Kernel join;

    AttentionKernels(KernelModules modules) {
        this.modules = modules;
        storeKv = modules.kernel("store_kv", "jg_store_kv");
        attend = modules.kernel("attend", "jg_attend");
        split = new Kernel[HEADS.length];
        for (int i = 0; i < HEADS.length; i++) {
            split[i] = modules.kernel("attend_split", "jg_attend_split_" + HEADS[i]);
        }
        tiles = new Kernel[TILE_DIMS.length];
        for (int i = 0; i < TILE_DIMS.length; i++) {
            tiles[i] = modules.kernel("attend_tiles", "jg_attend_tiles_" + TILE_DIMS[i]);
        }
        join = modules.kernel("attend_join", "jg_attend_join");
    }

    /**
     * Stores new K and V, and quantizes what leaves the tail.
     *
     * @param rows addresses of the new rows
     * @param place table of what is written, made by the host, and layer
     * @param pages pages from that of the first tile on that anything is written to; more than needed do no harm
     */
    public void storeKv(Attention.Store rows, Attention.Place place, int pages) {
        Arguments arguments = modules.arguments().put(rows.k()).put(rows.v()).put(place.table());
        arguments.put(place.layer());
        modules.launch(storeKv, new LaunchShape(pages, rows.kvHeads(), 2, THREADS, 0));
    }

    /**
     * Attention of rows over their sequence, of vectors of any size: the slow twin of {@link #attendSplit} and
     * {@link #attendTiles}.
     *
     * @param rows addresses of what is read and written
     * @param place table of what was stored before, made by the host, and layer
     * @param shape rows and heads
     * @param scale factor on scores
     */
    public void attend(Attention rows, Attention.Place place, Attention.Shape shape, float scale) {
        Arguments arguments =
                modules.arguments().put(rows.y()).put(rows.q()).put(rows.k()).put(rows.v());
        arguments.put(place.table()).put(place.layer()).put(scale);
        int sharedBytes = Float.BYTES * (shape.keyDim() + WARPS * shape.valueDim());
        modules.launch(attend, new LaunchShape(shape.rows(), shape.queryHeads(), 1, THREADS, sharedBytes));
    }

    /** Whether {@link #attendSplit} takes vectors of these sizes. */
    public static boolean canSplit(Attention.Shape shape) {
        return fits(shape, TILE_TOKENS);
    }

    /**
     * Whether {@link #attendTiles} takes vectors of these sizes.
     *
     * @param tiled whether K or V is quantized
     */
    public static boolean canTile(Attention.Shape shape, boolean tiled) {
        return fits(shape, tiled ? TILE_TOKENS : PLAIN_STEP);
    }

    private static boolean fits(Attention.Shape shape, int step) {
        return Math.max(shape.keyDim(), shape.valueDim()) <= MOST_DIM
                && shape.keyDim() % step == 0
                && shape.valueDim() % step == 0;
    }

    /** Bytes of scratch memory that {@link #attendSplit} needs. */
    public static long scratchBytes(Attention.Shape shape, int splits) {
        return (long) Float.BYTES * shape.rows() * shape.queryHeads() * splits * (shape.valueDim() + 2);
    }

    /**
     * Attention of rows over their sequence, with the context split into parts that are joined; also {@code Q16(y)}.
     *
     * @param rows addresses of what is read and written
     * @param quantized room for {@code Q16(y)}, in rows
     * @param place table of what was stored before, made by the host, and layer
     * @param shape rows and heads; see {@link #canSplit}
     * @param scale factor on scores
     * @param scratch address of {@link #scratchBytes} bytes
     * @param splits parts of the context
     */
    public void attendSplit(
            Attention rows,
            Q16Rows quantized,
            Attention.Place place,
            Attention.Shape shape,
            float scale,
            long scratch,
            int splits) {
        long parts = (long) shape.rows() * shape.queryHeads() * splits;
        long state = scratch + parts * shape.valueDim() * Float.BYTES;
        Arguments arguments = modules.arguments().put(scratch).put(state);
        arguments.put(rows.q()).put(rows.k()).put(rows.v());
        arguments.put(place.table()).put(place.layer()).put(scale).put(shape.queryHeads());
        int shared = shape.queryHeads() / shape.kvHeads();
        int kernel = 0;
        while (kernel < HEADS.length - 1 && HEADS[kernel] < shared) {
            kernel++;
        }
        int groups = shape.kvHeads() * Math.ceilDiv(shared, HEADS[kernel]);
        int bytes = splitBytes(HEADS[kernel], shape.keyDim(), shape.valueDim());
        modules.launch(split[kernel], new LaunchShape(splits, groups, shape.rows(), THREADS, bytes));
        arguments = modules.arguments().put(rows.y()).put(quantized.quants()).put(quantized.heads());
        arguments.put(scratch).put(state).put(splits).put(shape.valueDim());
        modules.launch(join, LaunchShape.of(shape.queryHeads(), shape.rows(), JOIN_THREADS));
    }

    /**
     * Attention of many rows over their sequence on tensor cores.
     *
     * @param rows addresses of what is read and written; K and V hold numbers that F16 holds as well
     * @param place table of what was stored before as F16 or quantized, made by the host, and layer
     * @param shape rows and heads; see {@link #canTile}
     * @param scale factor on scores
     */
    public void attendTiles(Attention rows, Attention.Place place, Attention.Shape shape, float scale) {
        Arguments arguments =
                modules.arguments().put(rows.y()).put(rows.q()).put(rows.k()).put(rows.v());
        arguments.put(place.table()).put(place.layer()).put(scale).put(shape.queryHeads());
        int dim = Math.max(shape.keyDim(), shape.valueDim());
        int kernel = 0;
        while (TILE_DIMS[kernel] < dim) {
            kernel++;
        }
        int pairs = Math.multiplyExact(shape.rows(), shape.queryHeads() / shape.kvHeads());
        int threads = THREADS * Math.ceilDiv(TILE_DIMS[kernel], WARP_CHANNELS);
        modules.launch(tiles[kernel], LaunchShape.of(Math.ceilDiv(pairs, TILE_PAIRS), shape.kvHeads(), threads));
    }

    private static int splitBytes(int heads, int keyDim, int valueDim) {
        return Float.BYTES * (TILE_TOKENS * (Math.max(keyDim, valueDim) + PADDING) + heads * keyDim);
    }
}
