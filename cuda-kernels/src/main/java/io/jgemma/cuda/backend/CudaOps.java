package io.jgemma.cuda.backend;

import io.jgemma.cuda.kernels.DeviceRows;
import io.jgemma.cuda.kernels.DeviceWeights;
import io.jgemma.cuda.kernels.GreatestKernels;
import io.jgemma.cuda.kernels.HalfKernels;
import io.jgemma.cuda.kernels.Kernels;
import io.jgemma.cuda.kernels.PackedWeights;
import io.jgemma.cuda.kernels.ProductKernels;
import io.jgemma.cuda.kernels.Q16Rows;
import io.jgemma.cuda.kernels.RowKernels;
import io.jgemma.cuda.kernels.SplitRows;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.backend.OpChecks;
import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks shapes and launches kernels, one or two for each operation. */
final class CudaOps implements Ops {

    private final Device device;
    private final Kernels kernels;
    private final CudaAttention attention;
    private final Activations activations;
    private final Region scratch;
    private final @Nullable CublasProducts cublas;

    CudaOps(Device device, Gemm gemm) {
        this.device = device;
        kernels = device.kernels();
        activations = new Activations(device);
        scratch = new Region(device);
        attention = new CudaAttention(device, activations);
        cublas = gemm == Gemm.CUBLAS ? new CublasProducts(device) : null;
    }

    /** An operation on so many rows begins. */
    private void begin(Tensor rows) {
        device.enter();
        device.pass().immediate(isMany(rows));
    }

    private static boolean isMany(Tensor rows) {
        return rows.rows() > Q16Rows.MOST_FEW;
    }

    /** A step ends, or memory changes by other means than operations: those given so far come first, and nothing is kept. */
    void changed() {
        device.pass().end();
        activations.forget();
    }

    private DeviceRows rows(Tensor tensor) {
        return new DeviceRows(address(tensor), Math.toIntExact(tensor.rows()), Math.toIntExact(tensor.columns()));
    }

    private long address(Tensor tensor) {
        return DeviceBuffer.address(device, tensor);
    }

    private DeviceWeights weights(Tensor w) {
        return new DeviceWeights(
                w.type().ggufId(),
                address(w),
                packed(w) != null,
                Math.toIntExact(w.rows()),
                Math.toIntExact(w.columns()));
    }

    /** Repacked weights, which are used as a whole. */
    private @Nullable PackedWeights packed(Tensor w) {
        PackedWeights packed = DeviceBuffer.of(device, w.buffer()).packed();
        if (packed != null && (w.offsetBytes() != 0 || w.rows() != packed.rows())) {
            throw new IllegalArgumentException(
                    w.rows() + " of " + packed.rows() + " rows of repacked weights cannot be used alone");
        }
        return packed;
    }

    @Override
    public void embed(Tensor y, Tensor table, int[] ids, float scale) {
        OpChecks.embed(y, table, ids);
        if (y.rows() > 0) {
            begin(y);
            long at = device.pass().put(device, ids, Math.toIntExact(y.rows()));
            kernels.rows().embed(rows(y), weights(table), at, scale);
            activations.written(rows(y));
        }
    }

    @Override
    public void matmul(Tensor y, Tensor w, Tensor x) {
        OpChecks.matmul(y, w, x);
        if (y.rows() == 0) {
            return;
        }
        begin(y);
        PackedWeights packed = packed(w);
        if (cublas != null && isMany(y)) {
            cublas.matmul(rows(y), weights(w), rows(x));
        } else if (packed == null) {
            matmul(rows(y), weights(w), rows(x));
        } else {
            kernels.products().matmul(address(y), packed, activations.of(rows(x)));
        }
        activations.written(rows(y));
    }

    /** Weights as in the file. */
    private void matmul(DeviceRows y, DeviceWeights w, DeviceRows x) {
        if (!HalfKernels.canMultiply(w, x)) {
            kernels.products().matmul(y, w, x);
        } else if (x.rows() <= Q16Rows.MOST_FEW) {
            kernels.halves().matmul(y, w, x);
        } else {
            scratch.reserve(SplitRows.bytes(x.rows(), x.columns()));
            kernels.halves().matmul(y, w, SplitRows.at(scratch.address(), x.rows(), x.columns()), x);
        }
    }

    @Override
    public void gatedMatmul(Tensor y, Tensor scratch, Tensor gate, Tensor up, Tensor x, Activation f) {
        OpChecks.gatedMatmul(y, scratch, gate, up, x);
        begin(y);
        PackedWeights g = packed(gate);
        PackedWeights u = packed(up);
        if (g == null || u == null || !ProductKernels.canGate(g, u, Math.toIntExact(x.rows()))) {
            Ops.super.gatedMatmul(y, scratch, gate, up, x, f);
            return;
        }
        Q16Rows from = activations.of(rows(x));
        Q16Rows to = activations.room(rows(y));
        kernels.products().gated(address(y), to, g, u, from, function(f));
        activations.hold(rows(y), to);
    }

    @Override
    public void addBias(Tensor x, Tensor bias) {
        OpChecks.addBias(x, bias);
        add(x, bias, true);
    }

    @Override
    public void add(Tensor x, Tensor h) {
        OpChecks.add(x, h);
        add(x, h, false);
    }

    private void add(Tensor x, Tensor h, boolean oneRow) {
        if (x.rows() > 0) {
            begin(x);
            kernels.rows().add(rows(x), address(h), oneRow);
            activations.written(rows(x));
        }
    }

    @Override
    public void rmsNorm(Tensor y, Tensor x, Tensor w, float epsilon) {
        OpChecks.rmsNorm(y, x, w);
        if (x.rows() > 0) {
            begin(x);
            norm(y, x, w, epsilon);
        }
    }

    /** A norm into another tensor is what products take, so that it is quantized on the way, if they are ours. */
    private void norm(Tensor y, Tensor x, Tensor w, float epsilon) {
        DeviceRows to = rows(y);
        boolean others = cublas != null && isMany(y);
        if (others || address(y) == address(x) || to.columns() % Q16Rows.BLOCK != 0) {
            kernels.rows().rmsNorm(to, address(x), address(w), epsilon);
            activations.written(to);
            return;
        }
        Q16Rows quantized = activations.room(to);
        kernels.rows().rmsNorm(to, quantized, address(x), address(w), epsilon);
        activations.hold(to, quantized);
    }

    @Override
    public void addRmsNorm(Tensor x, Tensor h, Tensor w, float epsilon) {
        OpChecks.rmsNorm(x, h, w);
        if (x.rows() > 0) {
            begin(x);
            kernels.rows().addRmsNorm(rows(x), address(h), address(w), epsilon);
            activations.written(rows(x));
        }
    }

    @Override
    public void layerNorm(Tensor y, Tensor x, Tensor w, Tensor bias, float epsilon) {
        OpChecks.layerNorm(y, x, w, bias);
        if (x.rows() > 0) {
            begin(x);
            kernels.rows().layerNorm(rows(y), address(x), address(w), address(bias), epsilon);
            activations.written(rows(y));
        }
    }

    @Override
    public void activate(Tensor x, Tensor bias, Activation f) {
        OpChecks.activate(x, bias);
        if (x.rows() > 0) {
            begin(x);
            kernels.rows().activate(rows(x), address(bias), function(f));
            activations.written(rows(x));
        }
    }

    @Override
    public void ropeTable(Tensor table, RopeSpec rope, int[] positions) {
        OpChecks.ropeTable(table, rope, positions);
        if (table.rows() == 0) {
            return;
        }
        begin(table);
        MemorySegment angles = device.pass().input(device, table.byteSize());
        double[] frequencies = rope.inverseFrequencies();
        long at = 0;
        for (int r = 0; r < table.rows(); r++) {
            for (double frequency : frequencies) {
                double angle = positions[r] * frequency;
                angles.set(ValueLayout.JAVA_FLOAT, at, (float) (rope.magnitude() * Math.cos(angle)));
                angles.set(ValueLayout.JAVA_FLOAT, at + 4, (float) (rope.magnitude() * Math.sin(angle)));
                at += 8;
            }
        }
        device.pass().copy(address(table), device.pass().addressOf(angles), table.byteSize());
        activations.written(rows(table));
    }

    @Override
    public void rope(Tensor x, Tensor table, int headDim, RopeSpec.Style style) {
        OpChecks.rope(x, table, headDim);
        if (x.rows() > 0) {
            begin(x);
            kernels.rows().rope(rows(x), rows(table), headDim, style == RopeSpec.Style.HALVES, 0, 0);
            activations.written(rows(x));
        }
    }

    @Override
    public void ropeRmsNorm(Tensor x, Tensor w, float epsilon, Tensor table, RopeSpec.Style style) {
        int dim = Math.toIntExact(w.columns());
        OpChecks.rope(x, table, dim);
        Tensor heads = x.reshape(x.rows() * (x.columns() / dim), dim);
        OpChecks.rmsNorm(heads, heads, w);
        if (x.rows() > 0) {
            begin(x);
            boolean halves = style == RopeSpec.Style.HALVES;
            kernels.rows().rope(rows(x), rows(table), dim, halves, address(w), epsilon);
            activations.written(rows(x));
        }
    }

    @Override
    public void gate(Tensor y, Tensor gate, Tensor up, Activation f) {
        OpChecks.gate(y, gate, up);
        if (y.rows() > 0) {
            begin(y);
            kernels.rows().gate(rows(y), address(gate), address(up), function(f));
            activations.written(rows(y));
        }
    }

    private static int function(Activation f) {
        return switch (f) {
            case GELU_TANH -> RowKernels.GELU_TANH;
            case SILU -> RowKernels.SILU;
        };
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, int[] rows) {
        OpChecks.gatherRows(y, x, rows);
        if (y.rows() > 0) {
            begin(y);
            long at = device.pass().put(device, rows, Math.toIntExact(y.rows()));
            kernels.rows().gather(rows(y), address(x), at);
            activations.written(rows(y));
        }
    }

    @Override
    public void greatest(Tensor y, Tensor x) {
        OpChecks.greatest(y, x);
        if (y.rows() > 0) {
            begin(y);
            int k = Math.toIntExact(y.columns() / 2);
            scratch.reserve(GreatestKernels.scratchBytes(rows(x), k));
            kernels.greatest().greatest(address(y), rows(x), k, scratch.address());
            activations.written(rows(y));
        }
    }

    @Override
    public void attend(Tensor y, KvLayer layer, List<KvSpan> spans, Tensor q, Tensor k, Tensor v, float scale) {
        OpChecks.attend(layer.layout(), spans, y, q, k, v);
        begin(q);
        int keyType = layer.layout().keys().recentType().ggufId();
        int valueType = layer.layout().values().recentType().ggufId();
        if (k.rows() > 0
                && (keyType != k.type().ggufId() || valueType != v.type().ggufId())) {
            kernels.rows().round(rows(k), rows(v), keyType, valueType);
            activations.written(rows(k));
            activations.written(rows(v));
        }
        attention.attend(layer, spans, new CudaAttention.Operands(y, q, k, v), scale);
    }

    @Override
    public void storeKv(KvLayer layer, List<KvSpan> spans, Tensor k, Tensor v) {
        OpChecks.storeKv(layer.layout(), spans, k, v);
        begin(k);
        attention.store(layer, spans, k, v);
    }

    /** What attention has read. */
    KvReads kvReads() {
        return attention.reads();
    }

    /** Gives the memory back. */
    void close() {
        if (cublas != null) {
            cublas.close();
        }
        attention.close();
        scratch.close();
        activations.close();
    }
}
