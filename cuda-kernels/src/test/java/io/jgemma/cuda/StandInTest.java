package io.jgemma.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the stand-in notices, counts and refuses, seen through the driver interface. */
@OnStandIn
class StandInTest {
    /** y[i] += 1 for all threads, without a check of i. */
    private static final String INCREMENT = entry("increment", """
            mov.u32 %r1, %ctaid.x;
            mov.u32 %r2, %ntid.x;
            mov.u32 %r3, %tid.x;
            mad.lo.s32 %r4, %r1, %r2, %r3;
            mul.wide.s32 %rd2, %r4, 4;
            add.s64 %rd3, %rd1, %rd2;
            ld.global.f32 %f1, [%rd3];
            add.f32 %f2, %f1, 0f3F800000;
            st.global.f32 [%rd3], %f2;
            """);

    private static String entry(String name, String body) {
        return """
        .version 7.0
        .target sm_75
        .address_size 64
        .visible .entry %s(.param .u64 p)
        {
        .reg .pred %%p<9>;
        .reg .f32 %%f<9>;
        .reg .b32 %%r<19>;
        .reg .b64 %%rd<9>;
        .shared .align 4 .b8 s[256];
        ld.param.u64 %%rd1, [p];
        %sret;
        }
        """.formatted(name, body);
    }

    private static void run(Gpu gpu, String name, String body, long argument, int threads) {
        long function = gpu.function(entry(name, body), name);
        gpu.driver.launch(
                function, LaunchShape.of(1, 1, threads), gpu.arguments().put(argument), gpu.stream);
        gpu.driver.synchronizeStream(gpu.stream);
    }

    private static void assertFault(ThrowingCallable call, String error) {
        assertThatThrownBy(call).isInstanceOfSatisfying(CudaException.class, e -> {
            assertThat(e.error()).isEqualTo(error);
            assertThat(e.device()).isZero();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams=lazy", "streams=eager", "streams=random"})
    void runsKernelsAndAccountsForMemory(String settings) {
        try (Gpu gpu = Gpu.begin(settings)) {
            long x = gpu.upload(new float[256]);
            long increment = gpu.function(INCREMENT, "increment");
            for (int i = 0; i < 3; i++) {
                gpu.driver.launch(
                        increment, LaunchShape.of(4, 1, 64), gpu.arguments().put(x), gpu.stream);
            }
            assertThat(gpu.floats(x, 256)).containsOnly(3f);
            JsonNode counted = gpu.standIn.kernel("increment");
            assertThat(counted.get("launches").asInt()).isEqualTo(3);
            // A warp reads and writes 128 bytes in a row: four sectors.
            assertThat(counted.get("reads").get("sectors").asInt()).isEqualTo(3 * 8 * 4);
            assertThat(counted.get("reads").get("distinctSectors").asInt()).isEqualTo(3 * 32);
            assertThat(counted.get("writes").get("requests").asInt()).isEqualTo(3 * 8);
            gpu.driver.free(x);
            gpu.driver.destroyStream(gpu.stream);
            gpu.driver.releaseContext(0);
            JsonNode report = gpu.standIn.report();
            assertThat(report.get("devices").get(0).get("used").asLong()).isZero();
            assertThat(report.get("open").get("streams").asInt()).isZero();
            assertThat(report.get("open").get("contexts").asInt()).isZero();
            assertThat(report.get("copied").get("hostToDevice").asInt()).isEqualTo(1024);
            assertThat(report.get("copied").get("deviceToHost").asInt()).isEqualTo(1024);
        }
    }

    @Test
    void namesThreadAddressAndLineOfAnAccessOutOfBounds() {
        try (Gpu gpu = Gpu.begin("")) {
            long x = gpu.upload(new float[100]);
            long increment = gpu.function(INCREMENT, "increment");
            gpu.driver.launch(
                    increment, LaunchShape.of(1, 1, 128), gpu.arguments().put(x), gpu.stream);
            assertFault(() -> gpu.driver.synchronizeStream(gpu.stream), "CUDA_ERROR_ILLEGAL_ADDRESS");
            assertThat(gpu.standIn.faults().getLast())
                    .contains(
                            "0 bytes beyond the end of an allocation of 400 bytes",
                            "0x" + Long.toHexString(x + 400),
                            "increment",
                            "block (0,0,0)")
                    .contains("thread (100,0,0)", "PTX line 18", "ld.global.f32");
            // The context is lost, as on a device.
            assertFault(() -> gpu.driver.allocate(16), "CUDA_ERROR_ILLEGAL_ADDRESS");
        }
    }

    @Test
    void noticesMisalignment() {
        try (Gpu gpu = Gpu.begin("")) {
            long x = gpu.upload(new float[8]);
            assertFault(
                    () -> run(gpu, "k", "ld.global.v2.f32 {%f1, %f2}, [%rd1+4];\n", x, 1),
                    "CUDA_ERROR_MISALIGNED_ADDRESS");
        }
    }

    @Test
    void noticesRacesInSharedMemory() {
        String body = """
                mov.u32 %%r1, %%tid.x;
                shl.b32 %%r2, %%r1, 2;
                mov.u32 %%r3, s;
                add.s32 %%r4, %%r3, %%r2;
                st.shared.u32 [%%r4], %%r1;
                %s
                xor.b32 %%r5, %%r2, %d;
                add.s32 %%r6, %%r3, %%r5;
                ld.shared.u32 %%r7, [%%r6];
                """;
        try (Gpu gpu = Gpu.begin("")) {
            run(gpu, "ordered", body.formatted("bar.sync 0;", 128), 0, 64);
            run(gpu, "inAWarp", body.formatted("bar.warp.sync -1;", 4), 0, 64);
            assertThat(gpu.standIn.faults()).isEmpty();
            assertFault(
                    () -> run(gpu, "racing", body.formatted("bar.warp.sync -1;", 128), 0, 64),
                    "CUDA_ERROR_LAUNCH_FAILED");
            assertThat(gpu.standIn.faults().getLast()).contains("race in shared memory", "racing");
        }
        try (Gpu gpu = Gpu.begin("")) {
            assertFault(() -> run(gpu, "racing", body.formatted("", 4), 0, 32), "CUDA_ERROR_LAUNCH_FAILED");
        }
    }

    @Test
    void noticesDivergentBarriers() {
        String body = """
                mov.u32 %r1, %tid.x;
                setp.lt.u32 %p1, %r1, 7;
                @%p1 bra OTHER;
                bar.sync 0;
                bra.uni END;
                OTHER:
                bar.sync 0;
                END:
                """;
        try (Gpu gpu = Gpu.begin("")) {
            assertFault(() -> run(gpu, "k", body, 0, 32), "CUDA_ERROR_LAUNCH_FAILED");
            assertThat(gpu.standIn.faults().getLast()).contains("divergent barrier");
        }
    }

    @Test
    void noticesCollectivesThatNotAllReach() {
        String body = """
                mov.u32 %r1, %tid.x;
                setp.lt.u32 %p1, %r1, 7;
                @%p1 shfl.sync.bfly.b32 %r2|%p2, %r1, 1, 31, -1;
                """;
        try (Gpu gpu = Gpu.begin("")) {
            assertFault(() -> run(gpu, "k", body, 0, 32), "CUDA_ERROR_LAUNCH_FAILED");
        }
    }

    @Test
    void meetsAgainAfterADivergentLoop() {
        // Thread t goes round t times, then all exchange what they counted.
        String body = """
                mov.u32 %r1, %tid.x;
                mov.u32 %r2, 0;
                LOOP:
                setp.ge.u32 %p1, %r2, %r1;
                @%p1 bra DONE;
                add.u32 %r2, %r2, 1;
                bra.uni LOOP;
                DONE:
                shfl.sync.bfly.b32 %r3|%p2, %r2, 31, 31, -1;
                mul.wide.u32 %rd2, %r1, 4;
                add.s64 %rd3, %rd1, %rd2;
                st.global.u32 [%rd3], %r3;
                """;
        try (Gpu gpu = Gpu.begin("")) {
            long y = gpu.upload(new float[32]);
            run(gpu, "k", body, y, 32);
            int[] seen = gpu.download(y, 128).toArray(ValueLayout.JAVA_INT);
            for (int t = 0; t < 32; t++) {
                assertThat(seen[t]).isEqualTo(31 - t);
            }
        }
    }

    @Test
    void refusesPtxItDoesNotKnow() {
        try (Gpu gpu = Gpu.begin("")) {
            assertThatThrownBy(() -> gpu.function(entry("k", "frobnicate.b32 %r1, %r2;\n"), "k"))
                    .isInstanceOf(CudaException.class)
                    .hasMessageContaining("cuModuleLoadDataEx failed on device 0: CUDA_ERROR_INVALID_PTX")
                    .hasMessageContaining("PTX line 12")
                    .hasMessageContaining("frobnicate");
            assertThatThrownBy(() -> gpu.function(INCREMENT, "decrement"))
                    .isInstanceOf(CudaException.class)
                    .hasMessageContaining("CUDA_ERROR_NOT_FOUND")
                    .hasMessageContaining("decrement");
        }
        try (Gpu gpu = Gpu.begin("driver=12000")) {
            assertFault(
                    () -> gpu.function(INCREMENT.replace("7.0", "8.4"), "increment"),
                    "CUDA_ERROR_UNSUPPORTED_PTX_VERSION");
        }
    }

    @Test
    void failsAsTold() {
        try (Gpu gpu = Gpu.begin("memory=1048576")) {
            gpu.standIn.order("failAllocation=2");
            long x = gpu.driver.allocate(1024);
            assertFault(() -> gpu.driver.allocate(1024), "CUDA_ERROR_OUT_OF_MEMORY");
            assertThat(gpu.driver.memory()).isEqualTo(new DeviceMemory(1048576 - 4096, 1048576));
            assertThatThrownBy(() -> gpu.driver.allocate(2 << 20)).hasMessageContaining("2097152 bytes asked for");
            gpu.standIn.order("failLaunch=1");
            long increment = gpu.function(INCREMENT, "increment");
            gpu.driver.launch(
                    increment, LaunchShape.of(1, 1, 32), gpu.arguments().put(x), gpu.stream);
            assertFault(() -> gpu.driver.synchronizeStream(gpu.stream), "CUDA_ERROR_LAUNCH_FAILED");
        }
    }

    @Test
    void doesNothingBeforeSomethingWaits() {
        try (Gpu gpu = Gpu.begin("streams=lazy")) {
            CudaDriver driver = gpu.driver;
            long other = driver.createStream();
            long event = driver.createEvent();
            long x = gpu.upload(new float[32]);
            long increment = gpu.function(INCREMENT, "increment");
            driver.launch(increment, LaunchShape.of(1, 1, 32), gpu.arguments().put(x), gpu.stream);
            driver.recordEvent(event, gpu.stream);
            MemorySegment pinned = driver.allocatePinned(128);
            driver.copyToHost(pinned, x, other);
            driver.synchronizeStream(other);
            assertThat(pinned.get(ValueLayout.JAVA_FLOAT, 0))
                    .as("without an event: too early")
                    .isNotEqualTo(1f);
            driver.waitForEvent(other, event);
            driver.copyToHost(pinned, x, other);
            driver.synchronizeStream(other);
            assertThat(pinned.toArray(ValueLayout.JAVA_FLOAT)).containsOnly(1f);
            assertThat(driver.isDone(event)).isTrue();
            driver.freePinned(pinned);
            driver.destroyEvent(event);
            driver.destroyStream(other);
        }
    }

    @Test
    void replaysGraphs() {
        try (Gpu gpu = Gpu.begin("")) {
            CudaDriver driver = gpu.driver;
            long x = gpu.upload(new float[32]);
            driver.synchronizeStream(gpu.stream);
            long increment = gpu.function(INCREMENT, "increment");
            driver.beginCapture(gpu.stream);
            for (int i = 0; i < 2; i++) {
                driver.launch(
                        increment, LaunchShape.of(1, 1, 32), gpu.arguments().put(x), gpu.stream);
            }
            long graph = driver.endCapture(gpu.stream);
            assertThat(gpu.floats(x, 32)).containsOnly(0f);
            driver.launchGraph(graph, gpu.stream);
            driver.launchGraph(graph, gpu.stream);
            assertThat(gpu.floats(x, 32)).containsOnly(4f);
            assertThat(gpu.standIn.report().get("graphLaunches").asInt()).isEqualTo(2);
            driver.destroyGraph(graph);
            assertThat(gpu.standIn.report().get("open").get("graphs").asInt()).isZero();
        }
    }

    @Test
    void keepsDevicesApartUnlessPeersMayRead() {
        try (Gpu gpu = Gpu.begin("devices=2")) {
            CudaDriver driver = gpu.driver;
            long first = gpu.upload(new float[32]);
            driver.synchronizeStream(gpu.stream);
            long context = driver.retainContext(1);
            driver.makeCurrent(context);
            long second = driver.allocate(128);
            long stream = driver.createStream();
            driver.copyPeer(second, context, first, gpu.context, 128, stream);
            long increment = gpu.function(INCREMENT, "increment");
            driver.launch(increment, LaunchShape.of(1, 1, 32), gpu.arguments().put(second), stream);
            driver.enablePeerAccess(gpu.context);
            driver.launch(increment, LaunchShape.of(1, 1, 32), gpu.arguments().put(first), stream);
            driver.synchronizeStream(stream);
            driver.makeCurrent(gpu.context);
            assertThat(gpu.floats(first, 32)).containsOnly(1f);
            assertThat(gpu.standIn.report().get("copied").get("peer").asInt()).isEqualTo(128);
            run(gpu, "own", "ld.global.u32 %r1, [%rd1];\n", first, 1);
            assertFault(
                    () -> run(gpu, "foreign", "ld.global.u32 %r1, [%rd1];\n", second, 1), "CUDA_ERROR_ILLEGAL_ADDRESS");
            assertThat(gpu.standIn.faults().getLast()).contains("another device without peer access");
        }
    }
}
