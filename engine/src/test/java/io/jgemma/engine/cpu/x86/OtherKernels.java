package io.jgemma.engine.cpu.x86;

import io.jgemma.engine.cpu.kernel.CpuKernels;
import io.jgemma.engine.cpu.kernel.ScalarKernels;
import io.jgemma.engine.cpu.vector.VectorKernels;

/** What computes beside assembled kernels in their tests. */
final class OtherKernels {

    private OtherKernels() {}

    /** Kernels on the Vector API, or scalar ones on a runtime without it; no class that uses it is loaded there. */
    static CpuKernels ofThisJvm() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
                ? new VectorKernels()
                : new ScalarKernels();
    }
}
