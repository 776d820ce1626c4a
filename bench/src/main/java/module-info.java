/** Benchmarks of kernels and of whole models. */
module io.jgemma.bench {
    requires static org.jspecify;
    requires io.jgemma.engine;
    requires jdk.incubator.vector;
    requires java.management;
    requires jmh.core;
    requires com.fasterxml.jackson.databind;

    uses io.jgemma.engine.backend.Accelerator;
}
