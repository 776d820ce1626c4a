package io.jgemma.engine.selftest;

import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Operations on rows, element by element. */
final class ElementCases {
    private static final int COLUMNS = 4096;
    private static final int HEAD = 128;
    private static final int GREATEST = 64;
    private static final double ROPE_BASE = 10_000;
    private static final float EPSILON = 1e-6f;
    private static final double BOUND = 1e-10;

    private ElementCases() {}

    static List<SelfTestCase> all() {
        List<SelfTestCase> cases = new ArrayList<>();
        cases.add(new SelfTestCase("add", BOUND, ElementCases::add));
        cases.add(new SelfTestCase("addBias", BOUND, ElementCases::addBias));
        cases.add(new SelfTestCase("rmsNorm", BOUND, ElementCases::norm));
        cases.add(new SelfTestCase("rmsNorm in place", BOUND, ElementCases::normInPlace));
        cases.add(new SelfTestCase("addRmsNorm", BOUND, ElementCases::addNorm));
        cases.add(new SelfTestCase("layerNorm", BOUND, ElementCases::layerNorm));
        cases.add(new SelfTestCase("gatherRows", BOUND, ElementCases::gather));
        cases.add(new SelfTestCase("greatest", BOUND, ElementCases::greatest));
        for (Activation f : Activation.values()) {
            cases.add(new SelfTestCase("activate " + f, BOUND, (memory, bytes) -> activate(memory, f, bytes)));
            cases.add(new SelfTestCase("gate " + f, BOUND, (memory, bytes) -> gate(memory, f, bytes)));
        }
        for (RopeSpec.Style style : RopeSpec.Style.values()) {
            cases.add(new SelfTestCase("rope " + style, BOUND, (memory, bytes) -> rope(memory, style, bytes)));
        }
        return cases;
    }

    /** Rows of so many tensors that take about {@code bytes} together. */
    private static int rows(long bytes, int tensors) {
        return Math.clamp(bytes / ((long) tensors * COLUMNS * Float.BYTES), 3, 1 << 16);
    }

    private static SelfTestCase.Work add(SelfTestMemory memory, long bytes) {
        int rows = rows(bytes, 3);
        Tensor x = memory.input(rows, COLUMNS);
        Tensor h = memory.input(rows, COLUMNS);
        return new SelfTestCase.Work(() -> memory.backend().ops().add(x, h), x, 3 * x.byteSize());
    }

    private static SelfTestCase.Work addBias(SelfTestMemory memory, long bytes) {
        Tensor x = memory.input(rows(bytes, 2), COLUMNS);
        Tensor bias = memory.input(1, COLUMNS);
        return new SelfTestCase.Work(() -> memory.backend().ops().addBias(x, bias), x, 2 * x.byteSize());
    }

    private static SelfTestCase.Work norm(SelfTestMemory memory, long bytes) {
        int rows = rows(bytes, 2);
        Tensor x = memory.input(rows, COLUMNS);
        Tensor w = memory.weight(QuantTypes.F32, 1, COLUMNS);
        Tensor y = memory.output(rows, COLUMNS);
        return new SelfTestCase.Work(() -> memory.backend().ops().rmsNorm(y, x, w, EPSILON), y, 2 * x.byteSize());
    }

    private static SelfTestCase.Work normInPlace(SelfTestMemory memory, long bytes) {
        Tensor x = memory.input(rows(bytes, 2), COLUMNS);
        Tensor w = memory.weight(QuantTypes.F32, 1, COLUMNS);
        return new SelfTestCase.Work(() -> memory.backend().ops().rmsNorm(x, x, w, EPSILON), x, 2 * x.byteSize());
    }

    private static SelfTestCase.Work addNorm(SelfTestMemory memory, long bytes) {
        int rows = rows(bytes, 3);
        Tensor x = memory.input(rows, COLUMNS);
        Tensor h = memory.input(rows, COLUMNS);
        Tensor w = memory.weight(QuantTypes.F32, 1, COLUMNS);
        return new SelfTestCase.Work(() -> memory.backend().ops().addRmsNorm(x, h, w, EPSILON), x, 3 * x.byteSize());
    }

    private static SelfTestCase.Work layerNorm(SelfTestMemory memory, long bytes) {
        int rows = rows(bytes, 2);
        Tensor x = memory.input(rows, COLUMNS);
        Tensor w = memory.weight(QuantTypes.F32, 1, COLUMNS);
        Tensor bias = memory.input(1, COLUMNS);
        Tensor y = memory.output(rows, COLUMNS);
        return new SelfTestCase.Work(
                () -> memory.backend().ops().layerNorm(y, x, w, bias, EPSILON), y, 2 * x.byteSize());
    }

    private static SelfTestCase.Work activate(SelfTestMemory memory, Activation f, long bytes) {
        Tensor x = memory.input(rows(bytes, 2), COLUMNS);
        Tensor bias = memory.input(1, COLUMNS);
        return new SelfTestCase.Work(() -> memory.backend().ops().activate(x, bias, f), x, 2 * x.byteSize());
    }

    private static SelfTestCase.Work gather(SelfTestMemory memory, long bytes) {
        int rows = rows(bytes, 2);
        Tensor x = memory.input(rows, COLUMNS);
        int[] from = memory.numbers(rows, rows);
        Tensor y = memory.output(rows, COLUMNS);
        return new SelfTestCase.Work(() -> memory.backend().ops().gatherRows(y, x, from), y, 2 * y.byteSize());
    }

    private static SelfTestCase.Work greatest(SelfTestMemory memory, long bytes) {
        Tensor x = memory.input(rows(bytes, 1), COLUMNS);
        Tensor y = memory.output(Math.toIntExact(x.rows()), 2 * GREATEST);
        return new SelfTestCase.Work(() -> memory.backend().ops().greatest(y, x), y, x.byteSize());
    }

    private static SelfTestCase.Work gate(SelfTestMemory memory, Activation f, long bytes) {
        int rows = rows(bytes, 3);
        Tensor gate = memory.input(rows, COLUMNS);
        Tensor up = memory.input(rows, COLUMNS);
        Tensor y = memory.output(rows, COLUMNS);
        return new SelfTestCase.Work(() -> memory.backend().ops().gate(y, gate, up, f), y, 3 * y.byteSize());
    }

    private static SelfTestCase.Work rope(SelfTestMemory memory, RopeSpec.Style style, long bytes) {
        int rows = rows(bytes, 2);
        Tensor x = memory.input(rows, COLUMNS);
        Tensor table = memory.output(rows, HEAD);
        int[] positions = memory.numbers(rows, 1 << 14);
        memory.backend().ops().ropeTable(table, RopeSpec.of(style, HEAD, ROPE_BASE, 1), positions);
        return new SelfTestCase.Work(
                () -> memory.backend().ops().rope(x, table, HEAD, style), x, 2 * x.byteSize() + table.byteSize());
    }
}
