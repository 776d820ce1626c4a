package io.jgemma.cuda;

import io.jgemma.engine.plan.Offload;
import java.util.List;

/**
 * Something that goes wrong on a stand-in GPU.
 *
 * @param name what, for people
 * @param machine settings of the stand-in
 * @param when the moment from which the orders count
 * @param orders what the stand-in is told to do wrong
 * @param offload where the layers go
 */
record Fault(String name, String machine, When when, String orders, Offload offload) {

    /** Moments of a model's life. */
    enum When {
        /** There is no such library as the driver's. */
        DRIVER("opening the driver"),
        LOAD("loading"),
        /** After a quarter of the weights. */
        WEIGHTS("loading weights"),
        PROMPT("reading the prompt"),
        /** After the first tokens. */
        ANSWER("answering"),
        CLOSE("closing");

        final String words;

        When(String words) {
            this.words = words;
        }
    }

    private static final Offload ALL = Offload.of(Offload.ALL);
    private static final String ONE = "";
    private static final String TWO = "devices=2";

    private static Fault of(String name, String machine, When when, String orders) {
        return new Fault(name, machine, when, orders, ALL);
    }

    private static Fault load(String name, String orders) {
        return of(name, ONE, When.LOAD, orders);
    }

    private static Fault prompt(String name, String orders) {
        return of(name, ONE, When.PROMPT, orders);
    }

    private static Fault answer(String name, String orders) {
        return of(name, ONE, When.ANSWER, orders);
    }

    static List<Fault> all() {
        return List.of(
                of("no driver", ONE, When.DRIVER, "libcuda-of-no-machine.so.1"),
                of("a library that is no driver", ONE, When.DRIVER, "libc.so.6"),
                load("driver for CUDA 11.8", "driver=11080"),
                load("driver without a GPU", "devices=0"),
                load("driver that does not start", "failCall=cuInit failCallWith=999"),
                load("GPU of compute capability 6.1", "capability=61"),
                load("GPU too small for the weights", "memory=67108864"),
                load("GPU too small for the context", "memory=117440512"),
                new Fault("GPU that is not there", TWO, When.LOAD, "", new Offload(Offload.ALL, false, 2, List.of())),
                load("GPU that another program has", "failCall=cuDevicePrimaryCtxRetain failCallWith=46"),
                load("second context", "failCall=cuDevicePrimaryCtxRetain failCallAt=2 failCallWith=2"),
                load("free memory unknown", "failCall=cuMemGetInfo failCallWith=999"),
                load("stream", "failCall=cuStreamCreate failCallWith=2"),
                load("first event", "failCall=cuEventCreate failCallWith=2"),
                load("third event", "failCall=cuEventCreate failCallAt=3 failCallWith=2"),
                load("pinned memory", "failAllocation=1"),
                load("first module: out of memory", "failCall=cuModuleLoadDataEx failCallWith=2"),
                load(
                        "third module: the driver cannot compile it",
                        "failCall=cuModuleLoadDataEx failCallAt=3 failCallWith=218"),
                load("module with PTX that is too new", "driver=12000 failCall=cuModuleLoadDataEx failCallWith=222"),
                load(
                        "function that is not in its module",
                        "failCall=cuModuleGetFunction failCallAt=2 failCallWith=500"),
                load("first weight has no room", "failAllocation=2"),
                load("fortieth weight has no room", "failAllocation=41"),
                of("another program takes the memory", ONE, When.WEIGHTS, "memory=1048576"),
                of("copy of a weight", ONE, When.WEIGHTS, "failCall=cuMemcpyHtoDAsync failCallAt=5 failCallWith=999"),
                of("event behind a copy", ONE, When.WEIGHTS, "failCall=cuEventRecord failCallWith=999"),
                of("wait for a copy", ONE, When.WEIGHTS, "failCall=cuEventSynchronize failCallWith=214"),
                load("memory that cannot be cleared", "failCall=cuMemsetD8Async failCallWith=1"),
                prompt("no room for the first page of K and V", "failAllocation=1"),
                prompt("first kernel: illegal address", "failLaunch=1 failLaunchWith=700"),
                prompt("fifth kernel: misaligned address", "failLaunch=5 failLaunchWith=716"),
                prompt("twentieth kernel: launch failed", "failLaunch=20 failLaunchWith=719"),
                prompt("launch refused", "failCall=cuLaunchKernel failCallAt=7 failCallWith=701"),
                prompt("copy of token numbers", "failCall=cuMemcpyHtoDAsync failCallWith=999"),
                prompt("copy of logits", "failCall=cuMemcpyDtoHAsync failCallWith=999"),
                answer("kernel: illegal address", "failLaunch=9 failLaunchWith=700"),
                answer("kernel: launch failed", "failLaunch=30 failLaunchWith=719"),
                answer("memory of the GPU breaks", "failLaunch=3 failLaunchWith=214"),
                answer("wait for the logits", "failCall=cuStreamSynchronize failCallWith=999"),
                // The first allocation of an answer is scratch memory of its attention.
                answer("no room for the next page of K and V", "failAllocation=2"),
                answer("the GPU is lost", "loseAtLaunch=12"),
                of("the second of two GPUs is lost", TWO, When.ANSWER, "loseAtLaunch=100"),
                of("copy between two GPUs", TWO, When.ANSWER, "failCall=cuMemcpyPeerAsync failCallWith=999"),
                of("wait of one GPU for the other", TWO, When.PROMPT, "failCall=cuStreamWaitEvent failCallWith=999"),
                of("way between two GPUs", TWO, When.PROMPT, "failCall=cuCtxEnablePeerAccess failCallWith=217"),
                of("memory given back", ONE, When.CLOSE, "failCall=cuMemFree failCallWith=999"),
                of("event given back", ONE, When.CLOSE, "failCall=cuEventDestroy failCallWith=214"));
    }
}
