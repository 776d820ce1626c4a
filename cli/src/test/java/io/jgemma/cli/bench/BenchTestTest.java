package io.jgemma.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.cli.bench.BenchTest.PromptThenGeneration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTestTest {

    @Test
    void measuresEachLengthAloneAndPairsTogetherAtEveryDepth() {
        List<BenchTest> plan = BenchTest.plan(
                List.of(512, 0), List.of(128), List.of(new PromptThenGeneration(64, 32)), List.of(0, 4096));

        assertThat(plan)
                .extracting(BenchTest::label)
                .containsExactly("pp512", "tg128", "pp64+tg32", "pp512 @ d4096", "tg128 @ d4096", "pp64+tg32 @ d4096");
        assertThat(plan.getLast().contextTokens()).isEqualTo(4096 + 64 + 32);
        assertThat(plan.getLast().tokens()).isEqualTo(96);
    }
}
