/** The CUDA backend. */
module io.jgemma.cuda.kernels {
    requires static org.jspecify;
    requires io.jgemma.engine;
}
