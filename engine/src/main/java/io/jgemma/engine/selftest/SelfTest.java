package io.jgemma.engine.selftest;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Computes every operation on a device and with the CPU's scalar kernels, compares, and times the device with operands
 * beyond its caches.
 */
public final class SelfTest {
    private static final long CHECKED_BYTES = 32 << 10;
    private static final double NANOS = 1e9;

    private final Supplier<Backend> devices;
    private final SelfTestOptions options;

    /**
     * A test that has not begun.
     *
     * @param devices opens the device to test; it is opened once for each operation, so that no more than one's weights
     *     lie on it
     * @param options what is tested
     */
    public SelfTest(Supplier<Backend> devices, SelfTestOptions options) {
        this.devices = devices;
        this.options = options;
    }

    /**
     * Tests the operations.
     *
     * @param listener told each result when it is there
     * @return whether all passed
     */
    public boolean run(Consumer<SelfTestResult> listener) {
        boolean passed = true;
        for (SelfTestCase each : cases()) {
            if (!each.name().contains(options.only())) {
                continue;
            }
            SelfTestResult result = test(each);
            listener.accept(result);
            passed &= result.passed();
        }
        return passed;
    }

    private List<SelfTestCase> cases() {
        return Stream.of(ProductCases.all(options.gemm()), ElementCases.all(), AttentionCases.all())
                .flatMap(List::stream)
                .toList();
    }

    private SelfTestResult test(SelfTestCase each) {
        try (Backend device = devices.get()) {
            float[] expected;
            try (Backend cpu = CpuBackend.open(KernelSet.SCALAR, 1)) {
                expected = compute(each, cpu);
            }
            double error = error(compute(each, device), expected);
            return new SelfTestResult(each.name(), error, each.bound(), bytesPerSecond(each, device), "");
        } catch (DeviceException e) {
            return new SelfTestResult(each.name(), 0, each.bound(), 0, String.valueOf(e.getMessage()));
        }
    }

    private static float[] compute(SelfTestCase each, Backend backend) {
        try (SelfTestMemory memory = new SelfTestMemory(backend)) {
            SelfTestCase.Work work = each.setup().prepare(memory, CHECKED_BYTES);
            work.run().run();
            return backend.read(work.result()).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        }
    }

    /** NaN where it is no number, so that it is above every bound. */
    private static double error(float[] actual, float[] expected) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            double d = (double) actual[i] - expected[i];
            difference += d * d;
            size += (double) expected[i] * expected[i];
        }
        return difference / size;
    }

    private double bytesPerSecond(SelfTestCase each, Backend device) {
        try (SelfTestMemory memory = new SelfTestMemory(device)) {
            SelfTestCase.Work work = each.setup().prepare(memory, options.timedBytes());
            if (work.bytes() == 0) {
                return 0;
            }
            work.run().run();
            waitFor(device, work.result());
            long start = System.nanoTime();
            for (int i = 0; i < options.runs(); i++) {
                work.run().run();
            }
            waitFor(device, work.result());
            return NANOS * options.runs() * work.bytes() / (System.nanoTime() - start);
        }
    }

    private static void waitFor(Backend device, Tensor result) {
        device.read(result.buffer(), result.offsetBytes(), MemorySegment.ofArray(new float[1]));
    }
}
