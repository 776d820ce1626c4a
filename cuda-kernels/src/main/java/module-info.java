import io.jgemma.cuda.backend.CudaAccelerator;
import io.jgemma.engine.backend.Accelerator;

/** The CUDA backend. JCuda is touched at run time where a GPU is asked for: without one nothing here needs it. */
module io.jgemma.cuda.kernels {
    requires static org.jspecify;
    requires static jcublas;
    requires static jcuda;
    requires transitive io.jgemma.engine;

    // The binding to JCuda lives behind a class loader of its own, in an unnamed module.
    exports io.jgemma.cuda;
    exports io.jgemma.cuda.backend;
    exports io.jgemma.cuda.kernels;

    provides Accelerator with
            CudaAccelerator;
}
