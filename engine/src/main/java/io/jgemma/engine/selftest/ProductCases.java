package io.jgemma.engine.selftest;

import io.jgemma.engine.backend.Gemm;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Products with weights of every type, and the lookup of their rows. */
final class ProductCases {
    private static final int COLUMNS = 1024;
    private static final int LOOKED_UP = 16;

    private static final int MANY = 64;

    /** A token, as many as still wait for memory, and a prompt. */
    private static final int[] ROWS = {1, 4, MANY};

    /** Gates take outputs in groups of so many. */
    private static final int GROUP = 32;

    /** Activations of 16 bits, where a type has kernels that take those. */
    private static final double BOUND = 1e-8;

    /** Weights and activations of 11 bits. */
    private static final double CUBLAS_BOUND = 1e-6;

    /** The errors of two products meet in one number. */
    private static final double GATED_BOUND = 4e-8;

    private ProductCases() {}

    static List<SelfTestCase> all(Gemm gemm) {
        List<SelfTestCase> cases = new ArrayList<>();
        for (QuantType type : QuantTypes.all()) {
            for (int rows : ROWS) {
                String name = "matmul " + type.name() + (rows == 1 ? ", 1 row" : ", " + rows + " rows");
                double bound = gemm == Gemm.CUBLAS && rows == MANY ? CUBLAS_BOUND : BOUND;
                cases.add(new SelfTestCase(name, bound, (memory, bytes) -> product(memory, type, rows, bytes)));
            }
            cases.add(new SelfTestCase(
                    "gatedMatmul " + type.name() + ", 1 row",
                    GATED_BOUND,
                    (memory, bytes) -> gated(memory, type, bytes)));
            cases.add(new SelfTestCase("embed " + type.name(), BOUND, (memory, bytes) -> lookup(memory, type, bytes)));
        }
        return cases;
    }

    private static int outputs(QuantType type, long bytes) {
        return Math.clamp(bytes / type.bytes(COLUMNS), 9, 1 << 20);
    }

    private static SelfTestCase.Work product(SelfTestMemory memory, QuantType type, int rows, long bytes) {
        int outputs = outputs(type, bytes);
        Tensor w = memory.weight(type, outputs, COLUMNS);
        Tensor x = memory.input(rows, COLUMNS);
        Tensor y = memory.output(rows, outputs);
        long moved = type.bytes((long) outputs * COLUMNS) + x.byteSize() + y.byteSize();
        return new SelfTestCase.Work(() -> memory.backend().ops().matmul(y, w, x), y, moved);
    }

    private static SelfTestCase.Work gated(SelfTestMemory memory, QuantType type, long bytes) {
        int outputs = Math.ceilDiv(outputs(type, bytes / 2), GROUP) * GROUP;
        Tensor gate = memory.weight(type, outputs, COLUMNS);
        Tensor up = memory.weight(type, outputs, COLUMNS);
        Tensor x = memory.input(1, COLUMNS);
        Tensor y = memory.output(1, outputs);
        Tensor scratch = memory.output(1, outputs);
        long moved = 2 * type.bytes((long) outputs * COLUMNS) + x.byteSize() + y.byteSize();
        return new SelfTestCase.Work(
                () -> memory.backend().ops().gatedMatmul(y, scratch, gate, up, x, Activation.SILU), y, moved);
    }

    /** Too little to be timed. */
    private static SelfTestCase.Work lookup(SelfTestMemory memory, QuantType type, long bytes) {
        int vocabulary = outputs(type, bytes);
        Tensor table = memory.weight(type, vocabulary, COLUMNS);
        int[] ids = memory.numbers(LOOKED_UP, vocabulary);
        Tensor y = memory.output(LOOKED_UP, COLUMNS);
        return new SelfTestCase.Work(() -> memory.backend().ops().embed(y, table, ids, 2.5f), y, 0);
    }
}
