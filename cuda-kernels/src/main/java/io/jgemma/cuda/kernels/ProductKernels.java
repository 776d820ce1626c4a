package io.jgemma.cuda.kernels;

import io.jgemma.cuda.Arguments;
import io.jgemma.cuda.LaunchShape;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** Products of weights with activations, and the quantizing of these. */
public final class ProductKernels {
    private static final int QUANTIZE_THREADS = 256;
    /** A thread of the quantizing kernel takes four values. */
    private static final int QUANTIZE_THREADS_PER_BLOCK = Q16Rows.BLOCK / 4;

    private static final int MATMUL_THREADS = 128;
    private static final int MATMUL_ROWS = 4;
    private static final int MATMUL_TOKENS = 8;
    private static final int GROUPS = 4;
    private static final int OUTPUTS = 32;
    private static final int WARP = 32;
    /** Fewer blocks along a row do not occupy two warps. */
    private static final int BLOCKS_FOR_TWO_WARPS = 48;

    private static final int TILE_THREADS = 256;
    private static final int TILE_OUTPUTS = 64;
    private static final int TILE_TOKENS = 256;

    /** Kernels of one layout. */
    private record Packed(Kernel one, Kernel few, int fewTokens, Kernel gated, Kernel tiles) {}

    private final KernelModules modules;
    private final Kernel quantize;
    private final Kernel matmul;
    private final Map<Packing, Packed> packed = new EnumMap<>(Packing.class);

    ProductKernels(KernelModules modules) {
        this.modules = modules;
        quantize = modules.kernel("quantize", "jg_quantize");
        matmul = modules.kernel("matmul", "jg_matmul");
        for (Packing packing : Packing.values()) {
            String name = packing.kernel();
            packed.put(
                    packing,
                    new Packed(
                            modules.kernel("matvec", "jg_matvec_" + name),
                            modules.kernel("matvec", "jg_matvec_" + name + "_few"),
                            packing == Packing.Q6_K ? 2 : 4,
                            modules.kernel("gated_matvec", "jg_gated_matvec_" + name),
                            modules.kernel("matmul_tiles", "jg_matmul_tiles_" + name)));
        }
    }

    /**
     * {@code y = Q16(x)}.
     *
     * @param x address of F32 {@code [y.tokens(), 32 y.blocks()]}, aligned to 16 bytes
     */
    public void quantize(Q16Rows y, long x) {
        int threads = Math.multiplyExact(y.blocks(), QUANTIZE_THREADS_PER_BLOCK);
        modules.arguments()
                .put(x)
                .put(y.quants())
                .put(y.heads())
                .put(y.blocks())
                .put(y.tiles() ? 1 : 0);
        int blocksX = Math.ceilDiv(threads, QUANTIZE_THREADS);
        modules.launch(quantize, LaunchShape.of(blocksX, y.tokens(), QUANTIZE_THREADS));
    }

    /**
     * {@code y = x w^T}: with dp4a for a few tokens, on tensor cores for many.
     *
     * @param y address of F32 {@code [x.tokens(), w.rows()]}
     */
    public void matmul(long y, PackedWeights w, Q16Rows x) {
        check(w, x);
        Packed kernels = kernels(w);
        Arguments arguments =
                modules.arguments().put(w.address()).put(x.quants()).put(x.heads());
        arguments.put(y).put(w.rows()).put(x.blocks()).put(x.tokens());
        if (x.tiles()) {
            int blocksX = Math.ceilDiv(w.rows(), TILE_OUTPUTS);
            int blocksY = Math.ceilDiv(x.tokens(), TILE_TOKENS);
            modules.launch(kernels.tiles, LaunchShape.of(blocksX, blocksY, TILE_THREADS));
            return;
        }
        int split = split(x);
        arguments.put(split);
        boolean one = x.tokens() == 1;
        int blocksY = one ? 1 : Math.ceilDiv(x.tokens(), kernels.fewTokens);
        modules.launch(one ? kernels.one : kernels.few, LaunchShape.of(outputBlocks(w), blocksY, threads(split)));
    }

    /** Whether {@link #gated} takes these weights and so many tokens. */
    public static boolean canGate(PackedWeights gate, PackedWeights up, int tokens) {
        return tokens == 1 && gate.packing() == up.packing() && gate.rows() == up.rows() && gate.rows() % OUTPUTS == 0;
    }

    /**
     * {@code y = f(x gate^T) (x up^T)} for one token, and {@code Q16(y)}.
     *
     * @param y address of F32 {@code [1, gate.rows()]}
     * @param quantized room for {@code Q16(y)}
     * @param gate see {@link #canGate}
     * @param x one token
     * @param function {@link RowKernels#GELU_TANH} or {@link RowKernels#SILU}
     */
    public void gated(long y, Q16Rows quantized, PackedWeights gate, PackedWeights up, Q16Rows x, int function) {
        check(gate, x);
        check(up, x);
        if (!canGate(gate, up, x.tokens())) {
            throw new IllegalArgumentException("%s gates of %d rows with %s of %d for %d tokens"
                    .formatted(gate.packing(), gate.rows(), up.packing(), up.rows(), x.tokens()));
        }
        int split = split(x);
        Arguments arguments = modules.arguments().put(gate.address()).put(up.address());
        arguments.put(x.quants()).put(x.heads()).put(y).put(quantized.quants()).put(quantized.heads());
        arguments.put(gate.rows()).put(x.blocks()).put(split).put(function);
        Kernel kernel = kernels(gate).gated;
        modules.launch(kernel, LaunchShape.of(outputBlocks(gate), 1, threads(split)));
    }

    /**
     * {@code y = x w^T}, decoding weights of the file's layout as they are read.
     *
     * @param y F32 {@code [tokens, w.rows()]}
     * @param w not packed
     * @param x F32 {@code [tokens, w.columns()]}
     */
    public void matmul(DeviceRows y, DeviceWeights w, DeviceRows x) {
        Arguments arguments =
                modules.arguments().put(y.address()).put(w.blocks()).put(x.address());
        arguments.put(w.rows()).put(w.columns()).put(x.rows()).put(w.type());
        int blocksX = Math.ceilDiv(w.rows(), MATMUL_ROWS);
        int blocksY = Math.ceilDiv(x.rows(), MATMUL_TOKENS);
        modules.launch(matmul, LaunchShape.of(blocksX, blocksY, MATMUL_THREADS));
    }

    private Packed kernels(PackedWeights w) {
        return Objects.requireNonNull(packed.get(w.packing()));
    }

    /** Warps that share eight rows. */
    private static int split(Q16Rows x) {
        return x.blocks() < BLOCKS_FOR_TWO_WARPS ? 1 : 2;
    }

    private static int threads(int split) {
        return GROUPS * WARP * split;
    }

    private static int outputBlocks(PackedWeights w) {
        return Math.ceilDiv(w.rows(), OUTPUTS);
    }

    private static void check(PackedWeights w, Q16Rows x) {
        if (w.columns() != x.blocks() * Q16Rows.BLOCK) {
            throw new IllegalArgumentException(
                    "weights of %d columns with activations of %d".formatted(w.columns(), x.blocks() * Q16Rows.BLOCK));
        }
    }
}
