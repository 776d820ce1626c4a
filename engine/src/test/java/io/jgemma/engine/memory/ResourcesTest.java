package io.jgemma.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourcesTest {
    private final List<String> closed = new ArrayList<>();

    private AutoCloseable resource(String name, boolean fails) {
        return () -> {
            closed.add(name);
            if (fails) {
                throw new IllegalStateException(name);
            }
        };
    }

    @Test
    void aFailureToCloseOneLeavesNoneOpen() {
        Resources resources = new Resources();
        resources.add(resource("file", false));
        resources.add(resource("backend", true));
        resources.add(resource("decoder", true));

        assertThatThrownBy(resources::close)
                .hasMessage("decoder")
                .satisfies(e ->
                        assertThat(e.getSuppressed()).singleElement().asString().contains("backend"));
        assertThat(closed).containsExactly("decoder", "backend", "file");
    }

    @Test
    void whatIsKeptStaysOpen() {
        try (Resources resources = new Resources()) {
            resources.add(resource("file", false));
            resources.keep();
        }
        assertThat(closed).isEmpty();
    }
}
