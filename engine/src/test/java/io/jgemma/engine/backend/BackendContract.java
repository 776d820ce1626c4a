package io.jgemma.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Opens a backend for each test of a contract, and sees to it that the test left nothing behind. */
public abstract class BackendContract {

    private Backend backend;
    private TestMemory memory;
    private SplittableRandom random;

    /** A new backend to test; the contract closes it. */
    protected abstract Backend open();

    @BeforeEach
    final void openBackend() {
        backend = open();
        memory = new TestMemory(backend);
        random = new SplittableRandom(20260701);
    }

    @AfterEach
    final void closeBackend() {
        memory.close();
        assertThat(backend.allocatedBuffers()).as("buffers left").isZero();
        assertThat(backend.allocatedBytes()).as("bytes left").isZero();
        backend.close();
    }

    final Backend backend() {
        return backend;
    }

    final Ops ops() {
        return backend.ops();
    }

    /** Memory that is freed after the test. */
    final TestMemory memory() {
        return memory;
    }

    /** Seeded, so that a failure can be repeated. */
    final SplittableRandom random() {
        return random;
    }

    /** One of the given values. */
    final int oneOf(int... values) {
        return values[random.nextInt(values.length)];
    }
}
