/** The CUDA backend. JCuda is found at run time where it is wanted: without a GPU nothing here needs it. */
module io.jgemma.cuda.kernels {
    requires static org.jspecify;
    requires static jcuda;
    requires transitive io.jgemma.engine;

    // The binding to JCuda lives behind a class loader of its own, in an unnamed module.
    exports io.jgemma.cuda;
    exports io.jgemma.cuda.backend;
    exports io.jgemma.cuda.kernels;
}
