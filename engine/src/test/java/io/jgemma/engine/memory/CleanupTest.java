package io.jgemma.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CleanupTest {
    private final List<Integer> done = new ArrayList<>();

    private Runnable step(int number, boolean fails) {
        return () -> {
            done.add(number);
            if (fails) {
                throw new IllegalStateException("step " + number);
            }
        };
    }

    @Test
    void triesEveryStepLastFirst() {
        Cleanup cleanup = new Cleanup();
        cleanup.add(step(1, true));
        cleanup.add(step(2, false));
        cleanup.add(step(3, true));

        assertThatThrownBy(cleanup::run)
                .hasMessage("step 3")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(done).containsExactly(3, 2, 1);
        cleanup.run();
        assertThat(done).as("once").hasSize(3);
    }
}
