package io.jgemma.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.kv.KvPool;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.schedule.PrefixTree.Entry;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The tree against a list that is searched from end to end. */
final class PrefixTreeTest {

    private static TokenList random(Random random) {
        TokenList ids = new TokenList();
        for (int i = 1 + random.nextInt(12); i > 0; i--) {
            ids.add(random.nextInt(3));
        }
        return ids;
    }

    @Test
    void findsWhatAListFinds() {
        RopeSpec rope = RopeSpec.of(RopeSpec.Style.HALVES, 32, 1e4, 1);
        LayerSpec layer = new LayerSpec(1, 1, 32, 32, 0, 1, rope, 1, Activation.SILU);
        ModelSpec model = new ModelSpec("test", 512, 1, 1, 1e-6f, List.of(layer));
        try (CpuBackend backend = CpuBackend.open(KernelSet.SCALAR, 1);
                KvPool pool = new KvPool(backend, KvPlan.of(model, QuantTypes.F16, QuantTypes.F16))) {
            for (int seed = 0; seed < 200; seed++) {
                compare(new Random(seed), pool);
            }
        }
    }

    private static void compare(Random random, KvPool pool) {
        PrefixTree tree = new PrefixTree();
        Map<Entry, TokenList> all = new LinkedHashMap<>();
        for (int operation = 0; operation < 40; operation++) {
            if (random.nextInt(4) == 0 && !all.isEmpty()) {
                Entry gone = List.copyOf(all.keySet()).get(random.nextInt(all.size()));
                tree.remove(gone);
                all.remove(gone);
            } else {
                TokenList ids = random(random);
                all.put(tree.add(ids, ids.size(), pool.sequence(), operation), ids);
            }
            TokenList wanted = random(random);
            Map<Entry, Integer> expected = new HashMap<>();
            all.forEach((entry, ids) -> {
                int common = ids.commonPrefix(wanted, wanted.size());
                if (common > 0) {
                    expected.put(entry, common);
                }
            });
            Map<Entry, Integer> found = new HashMap<>();
            tree.match(wanted, wanted.size(), (entry, common) -> {
                if (common > 0) {
                    assertThat(found.put(entry, common)).as("shown once").isNull();
                }
            });
            assertThat(found).isEqualTo(expected);
            List<Entry> listed = new ArrayList<>();
            tree.forEach(listed::add);
            assertThat(listed).containsExactlyInAnyOrderElementsOf(all.keySet());
        }
    }
}
