package io.jgemma.cuda.kernels;

import io.jgemma.cuda.Arguments;
import io.jgemma.cuda.Cleanup;
import io.jgemma.cuda.CudaDriver;
import io.jgemma.cuda.LaunchShape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The kernels of one device, ready to be launched. Calls put work on a stream and return; they come from the thread that
 * has this device's context, one at a time.
 */
public final class Kernels implements AutoCloseable {
    /** Function of {@link #gate}: GELU by the hyperbolic tangent. */
    public static final int GELU_TANH = 0;

    /** Function of {@link #gate}: x sigmoid(x). */
    public static final int SILU = 1;

    private static final int QUANTIZE_THREADS = 256;
    private static final int NORM_THREADS = 256;
    /** A thread of the quantizing kernel takes four values. */
    private static final int QUANTIZE_THREADS_PER_BLOCK = Q4_0Weights.BLOCK / 4;

    private static final int MOST_ARGUMENTS = 8;

    /** Threads of the kernels that take an element each. */
    private static final int ELEMENT_THREADS = 256;

    private static final int PAIR_THREADS = 128;
    private static final int MATMUL_THREADS = 128;
    private static final int MATMUL_ROWS = 4;
    private static final int MATMUL_TOKENS = 8;
    private static final int PACKED_TOKENS = 4;
    private static final int KV_THREADS = 128;
    private static final int ATTENTION_WARPS = 4;

    private final CudaDriver driver;
    private final Arena arena = Arena.ofShared();
    private final Arguments arguments = new Arguments(arena, MOST_ARGUMENTS);
    private final Cleanup cleanup = new Cleanup();
    private final long quantize;
    private final long matmulQ4_0;
    private final long rmsNorm;
    private final long matmul;
    private final long embed;
    private final long gather;
    private final long add;
    private final long gate;
    private final long rope;
    private final long round;
    private final long storeKv;
    private final long attend;

    private Kernels(CudaDriver driver, int target) {
        this.driver = driver;
        cleanup.add(arena::close);
        quantize = function("quantize", "jg_quantize", target);
        matmulQ4_0 = function("matmul_q4_0", "jg_matmul_q4_0", target);
        rmsNorm = function("rms_norm", "jg_rms_norm", target);
        matmul = function("matmul", "jg_matmul", target);
        embed = function("embed", "jg_embed", target);
        gather = function("gather", "jg_gather", target);
        add = function("add", "jg_add", target);
        gate = function("gate", "jg_gate", target);
        rope = function("rope", "jg_rope", target);
        round = function("round", "jg_round", target);
        storeKv = function("store_kv", "jg_store_kv", target);
        attend = function("attend", "jg_attend", target);
    }

    /** Compiles the kernels for a device, whose context is current. */
    public static Kernels load(CudaDriver driver, int device) {
        int target = KernelImages.targetFor(driver.capability(device), driver.deviceName(device));
        return new Kernels(driver, target);
    }

    /**
     * {@code y = Q16(x)}.
     *
     * @param x address of F32 {@code [y.tokens(), 32 y.blocks()]}, aligned to 16 bytes
     */
    public void quantize(Q16Rows y, long x, long stream) {
        int threads = Math.multiplyExact(y.blocks(), QUANTIZE_THREADS_PER_BLOCK);
        arguments.clear().put(x).put(y.quants()).put(y.heads()).put(y.blocks());
        LaunchShape shape =
                LaunchShape.of((threads + QUANTIZE_THREADS - 1) / QUANTIZE_THREADS, y.tokens(), QUANTIZE_THREADS);
        driver.launch(quantize, shape, arguments, stream);
    }

    /**
     * {@code y = x w^T}.
     *
     * @param y address of F32 {@code [x.tokens(), w.rows()]}
     */
    public void matmul(long y, Q4_0Weights w, Q16Rows x, long stream) {
        if (w.blocks() != x.blocks()) {
            throw new IllegalArgumentException("weights of %d columns with activations of %d"
                    .formatted(w.blocks() * Q4_0Weights.BLOCK, x.blocks() * Q4_0Weights.BLOCK));
        }
        arguments.clear().put(w.nibbles()).put(w.scales()).put(x.quants()).put(x.heads());
        arguments.put(y).put(w.rows()).put(w.blocks()).put(x.tokens());
        int blocksY = Math.ceilDiv(x.tokens(), PACKED_TOKENS);
        driver.launch(matmulQ4_0, LaunchShape.of(w.groups(), blocksY, MATMUL_THREADS), arguments, stream);
    }

    /**
     * {@code y[r][i] = w[i] x[r][i] / sqrt(mean_j x[r][j]^2 + epsilon)}; {@code y} may be {@code x}.
     *
     * @param y F32 {@code [rows, n]}
     * @param x address of F32 {@code [rows, n]}
     * @param w address of F32 {@code [n]}
     */
    public void rmsNorm(DeviceRows y, long x, long w, float epsilon, long stream) {
        arguments.clear().put(y.address()).put(x).put(w).put(y.columns()).put(epsilon);
        driver.launch(rmsNorm, LaunchShape.of(y.rows(), 1, NORM_THREADS), arguments, stream);
    }

    /**
     * {@code y = x w^T}, decoding weights of the file's layout as they are read.
     *
     * @param y F32 {@code [tokens, w.rows()]}
     * @param w not packed
     * @param x F32 {@code [tokens, w.columns()]}
     */
    public void matmul(DeviceRows y, DeviceWeights w, DeviceRows x, long stream) {
        arguments.clear().put(y.address()).put(w.blocks()).put(x.address());
        arguments.put(w.rows()).put(w.columns()).put(x.rows()).put(w.type());
        int blocksX = Math.ceilDiv(w.rows(), MATMUL_ROWS);
        int blocksY = Math.ceilDiv(x.rows(), MATMUL_TOKENS);
        driver.launch(matmul, LaunchShape.of(blocksX, blocksY, MATMUL_THREADS), arguments, stream);
    }

    /**
     * {@code y[r] = w[ids[r]] * scale}.
     *
     * @param y F32 {@code [rows, w.columns()]}
     * @param ids address of int32 {@code [rows]}, all within {@code w}
     */
    public void embed(DeviceRows y, DeviceWeights w, long ids, float scale, long stream) {
        arguments.clear().put(y.address()).put(w.blocks()).put(w.scales()).put(ids);
        arguments.put(y.columns()).put(scale).put(w.type());
        driver.launch(embed, elements(y, ELEMENT_THREADS), arguments, stream);
    }

    /**
     * {@code y[r] = x[rows[r]]}.
     *
     * @param y F32 {@code [count, n]}
     * @param x address of F32 {@code [.., n]}
     * @param rows address of int32 {@code [count]}, all within {@code x}
     */
    public void gather(DeviceRows y, long x, long rows, long stream) {
        arguments.clear().put(y.address()).put(x).put(rows).put(y.columns());
        driver.launch(gather, elements(y, ELEMENT_THREADS), arguments, stream);
    }

    /**
     * {@code x += h}.
     *
     * @param x F32 {@code [rows, n]}
     * @param h address of F32 {@code [rows, n]}, or {@code [1, n]} for all rows
     * @param oneRow whether {@code h} is one row
     */
    public void add(DeviceRows x, long h, boolean oneRow, long stream) {
        arguments.clear().put(x.address()).put(h).put(x.columns()).put(oneRow ? 0 : x.columns());
        driver.launch(add, elements(x, ELEMENT_THREADS), arguments, stream);
    }

    /**
     * {@code y = f(gate) * up}; {@code y} may be either.
     *
     * @param y F32 {@code [rows, n]}
     * @param gateRows address of F32 {@code [rows, n]}
     * @param up address of F32 {@code [rows, n]}
     * @param function {@link #GELU_TANH} or {@link #SILU}
     */
    public void gate(DeviceRows y, long gateRows, long up, int function, long stream) {
        arguments.clear().put(y.address()).put(gateRows).put(up).put(y.columns());
        arguments.put(function);
        driver.launch(gate, elements(y, ELEMENT_THREADS), arguments, stream);
    }

    /**
     * Turns the pairs of each head.
     *
     * @param x F32 {@code [rows, heads * headDim]}, changed in place
     * @param table F32 {@code [rows, turned]}: cosine and sine of each pair
     * @param halves whether a pair is elements {@code i} and {@code i + turned / 2}, else {@code 2 i} and {@code 2 i + 1}
     */
    public void rope(DeviceRows x, DeviceRows table, int headDim, boolean halves, long stream) {
        int turned = table.columns();
        arguments.clear().put(x.address()).put(table.address()).put(x.columns());
        arguments.put(headDim).put(turned).put(halves ? 1 : 0);
        int pairs = x.columns() / headDim * (turned / 2);
        LaunchShape shape = LaunchShape.of(x.rows(), Math.ceilDiv(pairs, PAIR_THREADS), PAIR_THREADS);
        driver.launch(rope, shape, arguments, stream);
    }

    /**
     * Rounds in place to what a type keeps.
     *
     * @param x F32 {@code [rows, n]}
     * @param type GGUF's number of F16 or BF16
     */
    public void round(DeviceRows x, int type, long stream) {
        arguments.clear().put(x.address()).put(x.columns()).put(type);
        driver.launch(round, elements(x, ELEMENT_THREADS), arguments, stream);
    }

    /**
     * Stores new K and V, and quantizes what leaves the tail.
     *
     * @param rows addresses of the new rows
     * @param place table of what is written, made by the host, and layer
     * @param firstTile first tile that anything is written to
     * @param pages pages from that tile's on
     */
    public void storeKv(Attention.Store rows, Attention.Place place, int firstTile, int pages, long stream) {
        arguments.clear().put(rows.k()).put(rows.v()).put(place.table());
        arguments.put(place.layer()).put(firstTile);
        driver.launch(storeKv, new LaunchShape(pages, rows.kvHeads(), 2, KV_THREADS, 0), arguments, stream);
    }

    /**
     * Attention of rows over their sequence.
     *
     * @param rows addresses of what is read and written
     * @param place table of what was stored before, made by the host, and layer
     * @param shape rows and heads
     * @param scale factor on scores
     */
    public void attend(Attention rows, Attention.Place place, Attention.Shape shape, float scale, long stream) {
        arguments.clear().put(rows.y()).put(rows.q()).put(rows.k()).put(rows.v());
        arguments.put(place.table()).put(place.layer()).put(scale);
        int sharedBytes = Float.BYTES * (shape.keyDim() + ATTENTION_WARPS * shape.valueDim());
        LaunchShape launch = new LaunchShape(shape.rows(), shape.queryHeads(), 1, KV_THREADS, sharedBytes);
        driver.launch(attend, launch, arguments, stream);
    }

    private static LaunchShape elements(DeviceRows rows, int threads) {
        return LaunchShape.of(rows.rows(), Math.ceilDiv(rows.columns(), threads), threads);
    }

    @Override
    public void close() {
        cleanup.run();
    }

    private long function(String image, String name, int target) {
        try (Arena text = Arena.ofConfined()) {
            MemorySegment ptx = KernelImages.load(image, target, text);
            long module = driver.loadModule(ptx);
            cleanup.add(() -> driver.unloadModule(module));
            return driver.function(module, name);
        } catch (RuntimeException e) {
            throw cleanup.after(e);
        }
    }
}
