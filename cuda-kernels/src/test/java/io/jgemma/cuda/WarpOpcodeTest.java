package io.jgemma.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;

/** Loads and stores, atomics, and what the lanes of a warp do together. */
@OnStandIn
class WarpOpcodeTest {
    private static final List<String> MEMORY_TYPES =
            List.of("u8", "s8", "b8", "u16", "b16", "u32", "s32", "b32", "f32", "u64", "b64", "f64");

    /** Spellings that the tests here run and {@link OpcodeTest} asks about. */
    static final Set<String> TESTED = tested();

    private static Set<String> tested() {
        Set<String> all = new HashSet<>(Set.of(
                "ld.param.u64",
                "ld.param.u32",
                "ld.param.f32",
                "cvta.to.global.u64",
                "mov.f32",
                "shfl.sync.bfly.b32",
                "bar.sync",
                "bar.warp.sync",
                "bra",
                "ret"));
        for (String type : MEMORY_TYPES) {
            for (String vector : List.of("", "v2.", "v4.")) {
                for (String space : List.of("", "global.", "shared.", "local.")) {
                    all.add("ld." + space + vector + type);
                    all.add("st." + space + vector + type);
                }
            }
        }
        return Set.copyOf(all);
    }

    private static final String PREFIX = """
            .version 7.0
            .target sm_80
            .address_size 64
            .extern .shared .align 16 .b8 dynamic[];
            .visible .entry k(.param .u64 y, .param .u64 x, .param .u32 n, .param .f32 f)
            {
            .reg .pred %p<9>;
            .reg .b16 %h<9>;
            .reg .f32 %f<40>;
            .reg .b32 %r<40>;
            .reg .b64 %rd<19>;
            .shared .align 16 .b8 s[4096];
            .local .align 16 .b8 l[64];
            ld.param.u64 %rd1, [y];
            cvta.to.global.u64 %rd1, %rd1;
            ld.param.u64 %rd2, [x];
            mov.u32 %r1, %tid.x;
            """;

    /** Runs 32 threads over x and gives back what lies at y. */
    private static MemorySegment run(Gpu gpu, String body, MemorySegment x, long bytes) {
        long to = gpu.driver.allocate(bytes);
        gpu.driver.fill(to, (byte) 0, bytes, gpu.stream);
        Arguments arguments = gpu.arguments().put(to).put(gpu.upload(x)).put(17).put(2.5f);
        long function = gpu.function(PREFIX + body + "ret;\n}\n", "k");
        gpu.driver.launch(function, new LaunchShape(1, 1, 1, 32, 1024), arguments, gpu.stream);
        return gpu.download(to, bytes);
    }

    private static MemorySegment random(Gpu gpu, int bytes) {
        byte[] all = new byte[bytes];
        new Random(bytes).nextBytes(all);
        return gpu.arena.allocateFrom(ValueLayout.JAVA_BYTE, all);
    }

    /** What is narrower than its register is extended by the sign of its type, or by zeros. */
    @Test
    void narrowLoadsAreExtended() {
        try (Gpu gpu = Gpu.begin("")) {
            for (String type : List.of("u8", "s8", "u16", "s16")) {
                int bytes = Integer.parseInt(type.substring(1)) / 8;
                String body = """
                        mul.wide.u32 %%rd3, %%r1, %d;
                        add.s64 %%rd4, %%rd2, %%rd3;
                        mul.wide.u32 %%rd5, %%r1, 8;
                        add.s64 %%rd6, %%rd1, %%rd5;
                        ld.global.%2$s %%r2, [%%rd4];
                        ld.%2$s %%r3, [%%rd4];
                        st.global.v2.u32 [%%rd6], {%%r2, %%r3};
                        """.formatted(bytes, type);
                MemorySegment x = random(gpu, 32 * bytes);
                MemorySegment y = run(gpu, body, x, 32 * 8);
                for (int i = 0; i < 64; i++) {
                    long raw = bytes == 1
                            ? x.get(ValueLayout.JAVA_BYTE, i / 2)
                            : x.getAtIndex(ValueLayout.JAVA_SHORT, i / 2);
                    assertThat(y.getAtIndex(ValueLayout.JAVA_INT, i)).as(type).isEqualTo((int)
                            OpcodeCases.extend(raw, type));
                }
            }
        }
    }

    /** global to registers, shared, local, through generic addresses and back, for every type and vector. */
    @Test
    void bytesTravelThroughAllSpaces() {
        try (Gpu gpu = Gpu.begin("")) {
            for (String type : MEMORY_TYPES) {
                int bytes = Integer.parseInt(type.substring(1)) / 8;
                String register = bytes == 8 ? "%rd" : bytes <= 2 ? "%h" : type.equals("f32") ? "%f" : "%r";
                for (int n = 1; n <= 4 && n * bytes <= 16; n *= 2) {
                    String v = n == 1 ? "" : "v" + n + ".";
                    String values = n == 1
                            ? register + "5"
                            : "{" + register + "5, " + register + "6"
                                    + (n == 4 ? ", " + register + "7, " + register + "8" : "") + "}";
                    String body = """
                            mul.wide.u32 %%rd9, %%r1, %1$d;
                            add.s64 %%rd10, %%rd2, %%rd9;
                            add.s64 %%rd11, %%rd1, %%rd9;
                            mov.u64 %%rd12, s;
                            add.s64 %%rd13, %%rd12, %%rd9;
                            cvta.shared.u64 %%rd14, %%rd13;
                            ld.global.nc.%2$s%3$s %4$s, [%%rd10];
                            st.shared.%2$s%3$s [%%rd13+512], %4$s;
                            ld.%2$s%3$s %4$s, [%%rd14+512];
                            st.local.%2$s%3$s [l], %4$s;
                            ld.local.%2$s%3$s %4$s, [l];
                            st.%2$s%3$s [%%rd14], %4$s;
                            ld.shared.%2$s%3$s %4$s, [%%rd13];
                            st.global.%2$s%3$s [%%rd11], %4$s;
                            """.formatted(n * bytes, v, type, values);
                    MemorySegment x = random(gpu, 32 * n * bytes);
                    MemorySegment y = run(gpu, body, x, x.byteSize());
                    assertThat(y.mismatch(x)).as(v + type).isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void loadsExtendBySign() {
        String body = """
                add.s64 %rd2, %rd2, 1;
                ld.global.s8 %r2, [%rd2];
                ld.global.u8 %r3, [%rd2];
                ld.global.s16 %r4, [%rd2+1];
                ld.param.u32 %r5, [n];
                ld.param.f32 %f6, [f];
                mov.b32 %r6, %f6;
                mov.b32 {%h1, %h2}, %r6;
                mov.b32 %r7, {%h2, %h1};
                mov.b64 %rd3, {%r5, %r6};
                mov.b64 {%r8, %r9}, %rd3;
                st.global.v4.u32 [%rd1], {%r2, %r3, %r4, %r5};
                st.global.v4.u32 [%rd1+16], {%r6, %r7, %r8, %r9};
                """;
        try (Gpu gpu = Gpu.begin("")) {
            MemorySegment x = gpu.arena.allocateFrom(ValueLayout.JAVA_BYTE, new byte[] {0, -2, -3, -4, 0, 0, 0, 0});
            assertThat(run(gpu, body, x, 32).toArray(ValueLayout.JAVA_INT))
                    .containsExactly(-2, 254, (short) 0xfcfd, 17, 0x40200000, 0x00004020, 17, 0x40200000);
        }
    }

    private static int[] lanes(Gpu gpu, String body) {
        String store = "mul.wide.u32 %rd9, %r1, 4;\nadd.s64 %rd9, %rd1, %rd9;\nst.global.u32 [%rd9], %r2;\n";
        return run(gpu, body + store, random(gpu, 128), 128).toArray(ValueLayout.JAVA_INT);
    }

    @Test
    void shufflesReadTheLaneTheIsaNames() {
        // c holds the last lane of a segment (31), or for "up" the first (0), and the segment mask in bits 8 to 12.
        try (Gpu gpu = Gpu.begin("")) {
            for (int width : new int[] {32, 16, 8}) {
                int mask = (32 - width) << 8;
                for (int b : new int[] {0, 1, 5, 7, 16}) {
                    check(gpu, "bfly", b, mask | 31, (lane, x) -> lane ^ x, width);
                    check(gpu, "down", b, mask | 31, Integer::sum, width);
                    check(gpu, "up", b, mask, (lane, x) -> lane - x, width);
                    check(gpu, "idx", b, mask | 31, (lane, x) -> (lane & -width) | (x & (width - 1)), width);
                }
            }
        }
    }

    private static void check(Gpu gpu, String mode, int b, int c, IntBinaryOperator source, int width) {
        int[] got = lanes(gpu, """
                mul.lo.u32 %%r3, %%r1, 3;
                shfl.sync.%s.b32 %%r2|%%p1, %%r3, %d, %d, -1;
                @%%p1 add.u32 %%r2, %%r2, 1000;
                """.formatted(mode, b, c));
        for (int lane = 0; lane < 32; lane++) {
            int from = source.applyAsInt(lane, b);
            // The ISA bounds each mode on one side only: "up" below, the others above.
            int last = lane / width * width + width - 1;
            boolean inside = mode.equals("up") ? from > last - width : from <= last;
            assertThat(got[lane])
                    .as("%s %d, segments of %d, lane %d", mode, b, width, lane)
                    .isEqualTo(inside ? 3 * from + 1000 : 3 * lane);
        }
    }

    @Test
    void votesAndReductionsSeeAllLanes() {
        try (Gpu gpu = Gpu.begin("")) {
            assertThat(lanes(gpu, "setp.lt.u32 %p1, %r1, 5;\nvote.sync.ballot.b32 %r2, %p1, -1;\n"))
                    .containsOnly(31);
            assertThat(lanes(
                            gpu,
                            "setp.lt.u32 %p1, %r1, 5;\nvote.sync.any.pred %p2, !%p1, -1;\nselp.u32 %r2, 1, 0, %p2;\n"))
                    .containsOnly(1);
            assertThat(lanes(
                            gpu,
                            "setp.lt.u32 %p1, %r1, 5;\nvote.sync.all.pred %p2, %p1, -1;\nselp.u32 %r2, 1, 0, %p2;\n"))
                    .containsOnly(0);
            assertThat(lanes(
                            gpu,
                            "setp.lt.u32 %p1, %r1, 5;\nvote.sync.uni.pred %p2, %p1, -1;\nselp.u32 %r2, 1, 0, %p2;\n"))
                    .containsOnly(0);
            assertThat(lanes(gpu, "redux.sync.add.s32 %r2, %r1, -1;\n")).containsOnly(496);
            assertThat(lanes(gpu, "sub.s32 %r3, %r1, 9;\nredux.sync.min.s32 %r2, %r3, -1;\n"))
                    .containsOnly(-9);
            assertThat(lanes(gpu, "redux.sync.max.u32 %r2, %r1, -1;\n")).containsOnly(31);
            assertThat(lanes(gpu, "redux.sync.or.b32 %r2, %r1, -1;\n")).containsOnly(31);
            assertThat(lanes(gpu, "activemask.b32 %r2;\n")).containsOnly(-1);
            assertThat(lanes(gpu, "mov.u32 %r2, %lanemask_lt;\n")[5]).isEqualTo(31);
        }
    }

    @Test
    void atomicsAddUp() {
        String body = """
                ld.param.f32 %f1, [f];
                atom.global.add.u32 %r3, [%rd1], 2;
                red.global.add.f32 [%rd1+4], %f1;
                atom.global.max.s32 %r4, [%rd1+8], %r1;
                atom.global.or.b32 %r5, [%rd1+12], %r1;
                atom.global.exch.b32 %r6, [%rd1+16], 9;
                atom.global.cas.b32 %r7, [%rd1+20], 0, 5;
                mov.u32 %r8, s;
                setp.eq.s32 %p1, %r1, 0;
                @%p1 st.shared.u32 [%r8], %r1;
                bar.sync 0;
                atom.shared.add.u32 %r9, [%r8], %r1;
                bar.sync 0;
                ld.shared.u32 %r10, [%r8];
                red.global.max.u32 [%rd1+24], %r10;
                """;
        try (Gpu gpu = Gpu.begin("")) {
            int[] y = run(gpu, body, random(gpu, 8), 28).toArray(ValueLayout.JAVA_INT);
            assertThat(y).containsExactly(64, Float.floatToRawIntBits(80), 31, 31, 9, 5, 496);
        }
    }

    @Test
    void asynchronousCopiesArriveWhenWaitedFor() {
        String body = """
                shl.b32 %%r3, %%r1, 4;
                mov.u32 %%r4, dynamic;
                add.s32 %%r4, %%r4, %%r3;
                cvt.u64.u32 %%rd3, %%r3;
                add.s64 %%rd4, %%rd2, %%rd3;
                add.s64 %%rd5, %%rd1, %%rd3;
                cp.async.cg.shared.global [%%r4], [%%rd4], 16;
                cp.async.commit_group;
                cp.async.ca.shared.global [%%r4+512], [%%rd4+512], 8, 4;
                cp.async.commit_group;
                cp.async.wait_group %d;
                ld.shared.v4.u32 {%%r5, %%r6, %%r7, %%r8}, [%%r4];
                ld.shared.v2.u32 {%%r9, %%r10}, [%%r4+512];
                cp.async.wait_all;
                st.global.v4.u32 [%%rd5], {%%r5, %%r6, %%r9, %%r10};
                """;
        try (Gpu gpu = Gpu.begin("")) {
            MemorySegment x = random(gpu, 1024);
            MemorySegment all = run(gpu, body.formatted(0), x, 512);
            MemorySegment first = run(gpu, body.formatted(1), x, 512);
            for (int lane = 0; lane < 32; lane++) {
                assertThat(all.get(ValueLayout.JAVA_INT, 16L * lane))
                        .isEqualTo(x.get(ValueLayout.JAVA_INT, 16L * lane));
                assertThat(all.get(ValueLayout.JAVA_INT, 16L * lane + 8))
                        .isEqualTo(x.get(ValueLayout.JAVA_INT, 512 + 16L * lane));
                assertThat(all.get(ValueLayout.JAVA_INT, 16L * lane + 12))
                        .as("filled up")
                        .isZero();
                assertThat(first.get(ValueLayout.JAVA_INT, 16L * lane))
                        .isEqualTo(x.get(ValueLayout.JAVA_INT, 16L * lane));
                assertThat(first.get(ValueLayout.JAVA_INT, 16L * lane + 8))
                        .as("not there yet")
                        .isEqualTo(0xcdcdcdcd);
            }
        }
    }
}
