package io.jgemma.engine.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Every extent that a sequence can have is accepted, and none that would make it read or write what it does not hold. */
class KvExtentTest {

    private static final List<QuantType> TYPES = List.of(QuantTypes.F16, QuantTypes.Q4_0);

    private static KvPlan plan(QuantType key, QuantType value, int... windows) {
        RopeSpec rope = RopeSpec.of(RopeSpec.Style.HALVES, 2, 1e4, 1);
        List<LayerSpec> layers = Arrays.stream(windows)
                .mapToObj(window -> new LayerSpec(1, 1, 32, 32, window, 1, rope, 1, Activation.SILU))
                .toList();
        return KvPlan.of(new ModelSpec("test", 1000, 1, 1, 1e-6f, layers), key, value);
    }

    @Test
    void whatSequencesHoldFitsAndTheNumbersAreReal() {
        SplittableRandom random = new SplittableRandom(3);
        for (QuantType key : TYPES) {
            for (QuantType value : TYPES) {
                KvPlan plan = plan(key, value, 0, 1, 100, 300);
                try (CpuBackend backend = CpuBackend.open(KernelSet.SCALAR, 1);
                        KvPool pool = new KvPool(backend, plan);
                        KvSequence sequence = pool.sequence()) {
                    for (int i = 0; i < 2000; i++) {
                        if (random.nextInt(5) == 0) {
                            sequence.rewind(Math.max(0, sequence.length() - random.nextInt(300)));
                        } else {
                            int tokens = random.nextInt(sequence.length() > 3000 ? 2 : 200);
                            sequence.reserve(tokens);
                            sequence.advance(tokens);
                        }
                        KvExtent extent = sequence.extent();
                        extent.requireFits(plan);
                        assertThat(extent.bytes(plan)).isBetween(0L, pool.bytesInUse());
                        assertHeld(sequence, plan);
                    }
                }
            }
        }
    }

    /** Everything that would be saved is there. */
    private static void assertHeld(KvSequence sequence, KvPlan plan) {
        KvExtent extent = sequence.extent();
        for (int g = 0; g < plan.groups().size(); g++) {
            KvLayout layout = plan.groups().get(g);
            KvExtent.Group group = extent.groups().get(g);
            for (int page = group.firstPage(); page < group.pageEnd(layout, extent.length()); page++) {
                assertThat(sequence.tables().get(g).page(page)).isNotNull();
            }
            for (int tile : group.tiles(layout, extent.length())) {
                assertThat(sequence.tables().get(g).recentTile(tile)).isNotNull();
            }
        }
    }

    @Test
    void impossibleNumbersAreRefused() {
        KvPlan plain = plan(QuantTypes.F16, QuantTypes.F16, 0);
        KvPlan tiled = plan(QuantTypes.Q4_0, QuantTypes.F16, 0);
        KvPlan window = plan(QuantTypes.Q4_0, QuantTypes.Q4_0, 300);
        extent(1000, 0, 0).requireFits(plain);
        refused(plain, extent(1000, 32, 0), "nothing is quantized");
        refused(plain, extent(1000, 0, 1), "cannot begin with page 1");
        refused(plain, extent(1000, 0, -1), "cannot begin with page -1");
        refused(plain, extent(-1, 0, 0), "-1 tokens");
        refused(plain, new KvExtent(0, List.of()), "0 groups");
        refused(tiled, extent(1000, 0, 0), "token 0");
        refused(tiled, extent(1000, 832, 0), "token 832");
        extent(1000, 864, 0).requireFits(tiled);
        extent(1000, 992, 0).requireFits(tiled);
        refused(tiled, extent(1000, 991, 0), "token 991");
        refused(tiled, extent(1000, 1024, 0), "token 1024");
        refused(tiled, extent(1000, Integer.MIN_VALUE, 0), "token -2147483648");
        extent(1000, 864, 2).requireFits(window);
        refused(window, extent(1000, 864, 3), "page 3");
        refused(window, extent(1000, 864, Integer.MAX_VALUE), "page 2147483647");
        refused(plan(QuantTypes.Q4_0, QuantTypes.Q4_0, 1), extent(512, 384, 2), "page 2");
    }

    private static KvExtent extent(int length, int tailStart, int firstPage) {
        return new KvExtent(length, List.of(new KvExtent.Group(tailStart, firstPage)));
    }

    private static void refused(KvPlan plan, KvExtent extent, String words) {
        assertThatThrownBy(() -> extent.requireFits(plan))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }
}
