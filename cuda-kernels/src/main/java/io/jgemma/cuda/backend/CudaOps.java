package io.jgemma.cuda.backend;

import io.jgemma.cuda.kernels.DeviceRows;
import io.jgemma.cuda.kernels.DeviceWeights;
import io.jgemma.cuda.kernels.Kernels;
import io.jgemma.cuda.kernels.Q16Rows;
import io.jgemma.cuda.kernels.Q4_0Weights;
import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.backend.KvSide;
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
    private final Region numbers;
    private final Region activations;

    CudaOps(Device device) {
        this.device = device;
        kernels = device.kernels();
        attention = new CudaAttention(device);
        numbers = new Region(device);
        activations = new Region(device);
    }

    private DeviceRows rows(Tensor tensor) {
        return new DeviceRows(address(tensor), Math.toIntExact(tensor.rows()), Math.toIntExact(tensor.columns()));
    }

    private long address(Tensor tensor) {
        return DeviceBuffer.address(device, tensor);
    }

    private DeviceWeights weights(Tensor w) {
        Q4_0Weights packed = packed(w);
        return new DeviceWeights(
                w.type().ggufId(),
                address(w),
                packed == null ? 0 : packed.scales(),
                Math.toIntExact(w.rows()),
                Math.toIntExact(w.columns()));
    }

    /** Repacked weights, which are used as a whole. */
    private @Nullable Q4_0Weights packed(Tensor w) {
        Q4_0Weights packed = DeviceBuffer.of(device, w.buffer()).packed();
        if (packed != null && (w.offsetBytes() != 0 || w.rows() != packed.rows())) {
            throw new IllegalArgumentException(
                    w.rows() + " of " + packed.rows() + " rows of repacked Q4_0 weights cannot be used alone");
        }
        return packed;
    }

    @Override
    public void embed(Tensor y, Tensor table, int[] ids, float scale) {
        OpChecks.embed(y, table, ids);
        if (y.rows() > 0) {
            device.enter();
            long at = numbers.put(ids, Math.toIntExact(y.rows()));
            kernels.embed(rows(y), weights(table), at, scale, device.stream());
        }
    }

    @Override
    public void matmul(Tensor y, Tensor w, Tensor x) {
        OpChecks.matmul(y, w, x);
        if (y.rows() == 0) {
            return;
        }
        device.enter();
        Q4_0Weights packed = packed(w);
        if (packed == null) {
            kernels.matmul(rows(y), weights(w), rows(x), device.stream());
            return;
        }
        int tokens = Math.toIntExact(x.rows());
        int columns = Math.toIntExact(x.columns());
        activations.reserve(Q16Rows.bytes(tokens, columns));
        Q16Rows quantized = Q16Rows.at(activations.address(), tokens, columns);
        kernels.quantize(quantized, address(x), device.stream());
        kernels.matmul(address(y), packed, quantized, device.stream());
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
            device.enter();
            kernels.add(rows(x), address(h), oneRow, device.stream());
        }
    }

    @Override
    public void rmsNorm(Tensor y, Tensor x, Tensor w, float epsilon) {
        OpChecks.rmsNorm(y, x, w);
        if (x.rows() > 0) {
            device.enter();
            kernels.rmsNorm(rows(y), address(x), address(w), epsilon, device.stream());
        }
    }

    @Override
    public void ropeTable(Tensor table, RopeSpec rope, int[] positions) {
        OpChecks.ropeTable(table, rope, positions);
        if (table.rows() == 0) {
            return;
        }
        MemorySegment angles = numbers.host(table.byteSize());
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
        device.enter();
        device.staging().copyToDevice(address(table), angles);
    }

    @Override
    public void rope(Tensor x, Tensor table, int headDim, RopeSpec.Style style) {
        OpChecks.rope(x, table, headDim);
        if (x.rows() > 0) {
            device.enter();
            kernels.rope(rows(x), rows(table), headDim, style == RopeSpec.Style.HALVES, device.stream());
        }
    }

    @Override
    public void gate(Tensor y, Tensor gate, Tensor up, Activation f) {
        OpChecks.gate(y, gate, up);
        if (y.rows() > 0) {
            device.enter();
            int function = switch (f) {
                case GELU_TANH -> Kernels.GELU_TANH;
                case SILU -> Kernels.SILU;
            };
            kernels.gate(rows(y), address(gate), address(up), function, device.stream());
        }
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, int[] rows) {
        OpChecks.gatherRows(y, x, rows);
        if (y.rows() > 0) {
            device.enter();
            long at = numbers.put(rows, Math.toIntExact(y.rows()));
            kernels.gather(rows(y), address(x), at, device.stream());
        }
    }

    @Override
    public void attend(Tensor y, KvLayer layer, List<KvSpan> spans, Tensor q, Tensor k, Tensor v, float scale) {
        OpChecks.attend(layer.layout(), spans, y, q, k, v);
        device.enter();
        round(layer.layout().keys(), k);
        round(layer.layout().values(), v);
        attention.attend(layer, spans, new CudaAttention.Operands(y, q, k, v), scale);
    }

    private void round(KvSide side, Tensor rows) {
        if (side.recentType() != rows.type() && rows.rows() > 0) {
            kernels.round(rows(rows), side.recentType().ggufId(), device.stream());
        }
    }

    @Override
    public void storeKv(KvLayer layer, List<KvSpan> spans, Tensor k, Tensor v) {
        OpChecks.storeKv(layer.layout(), spans, k, v);
        device.enter();
        attention.store(layer, spans, k, v);
    }

    /** What attention has read. */
    KvReads kvReads() {
        return attention.reads();
    }

    /** Gives the memory back. */
    void close() {
        attention.close();
        numbers.close();
        activations.close();
    }
}
