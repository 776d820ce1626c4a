package io.jgemma.cli.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StyleTest {

    @Test
    void showsOnTerminalsThatWantIt() {
        assertThat(Style.of(true, Map.of()).dim("x")).isEqualTo("\u001b[2mx\u001b[0m");
        assertThat(Style.of(true, Map.of("NO_COLOR", "")).on()).isTrue();
        assertThat(Style.of(true, Map.of("NO_COLOR", "1")).dim("x")).isEqualTo("x");
        assertThat(Style.of(true, Map.of("TERM", "dumb")).red("x")).isEqualTo("x");
        assertThat(Style.of(false, Map.of()).bold("x")).isEqualTo("x");
    }
}
