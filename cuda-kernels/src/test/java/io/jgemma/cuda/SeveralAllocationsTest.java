package io.jgemma.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** One request of a warp to several allocations, the first of them not the lowest: each sector counts where it lies. */
@OnStandIn
class SeveralAllocationsTest {
    /** Even lanes read {@code high}, odd ones {@code low}; y[lane] is what came. */
    private static final String BOTH = """
            .version 7.0
            .target sm_75
            .address_size 64
            .visible .entry both(.param .u64 low, .param .u64 high, .param .u64 y)
            {
            .reg .pred %p<9>;
            .reg .f32 %f<9>;
            .reg .b32 %r<9>;
            .reg .b64 %rd<9>;
            ld.param.u64 %rd1, [low];
            ld.param.u64 %rd2, [high];
            ld.param.u64 %rd3, [y];
            mov.u32 %r1, %tid.x;
            and.b32 %r2, %r1, 1;
            setp.eq.s32 %p1, %r2, 0;
            selp.b64 %rd4, %rd2, %rd1, %p1;
            ld.global.f32 %f1, [%rd4];
            mul.wide.u32 %rd5, %r1, 4;
            add.s64 %rd6, %rd3, %rd5;
            st.global.f32 [%rd6], %f1;
            ret;
            }
            """;

    @Test
    void sectorsAreCountedWhereTheyLie() {
        try (Gpu gpu = Gpu.begin("")) {
            long low = gpu.upload(new float[] {1});
            long y = gpu.driver.allocate(128);
            long high = gpu.upload(new float[] {2});
            assertThat(low).isLessThan(high);
            long both = gpu.function(BOTH, "both");
            Arguments arguments = gpu.arguments().put(low).put(high).put(y);
            gpu.driver.launch(both, LaunchShape.of(1, 1, 32), arguments, gpu.stream);
            float[] got = gpu.floats(y, 32);
            for (int i = 0; i < 32; i++) {
                assertThat(got[i]).isEqualTo(i % 2 == 0 ? 2 : 1);
            }
            JsonNode reads = gpu.standIn.kernel("both").get("reads");
            assertThat(reads.get("requests").asInt()).isEqualTo(1);
            assertThat(reads.get("sectors").asInt()).isEqualTo(2);
            assertThat(reads.get("distinctSectors").asInt()).isEqualTo(2);
        }
    }
}
