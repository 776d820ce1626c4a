package io.jgemma.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

class FlashAttentionTest {

    @Command(name = "probe")
    private static final class Probe {
        @Mixin
        private final ComputeOptions compute = new ComputeOptions();

        @Parameters(arity = "0..*")
        private String[] rest = {};
    }

    private static Probe parse(String... args) {
        Probe probe = new Probe();
        new CommandLine(probe)
                .setPosixClusteredShortOptionsAllowed(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs(args);
        return probe;
    }

    @Test
    void standsAloneOrTakesItsValue() {
        assertThat(parse("-fa", "model.gguf").rest).containsExactly("model.gguf");
        assertThat(parse("-fa", "model.gguf").compute.flashAttention()).isEqualTo(FlashAttention.ON);
        assertThat(parse("-fa").compute.flashAttention()).isEqualTo(FlashAttention.ON);
        assertThat(parse("-fa", "on", "model.gguf").rest).containsExactly("model.gguf");
        assertThat(parse("--flash-attn", "1").compute.flashAttention()).isEqualTo(FlashAttention.ON);
        assertThat(parse("-fa", "auto").compute.flashAttention()).isEqualTo(FlashAttention.AUTO);
        assertThat(parse("-fa", "--no-repack").compute.repack()).isFalse();
        assertThat(parse().compute.flashAttention()).isEqualTo(FlashAttention.AUTO);
    }

    @Test
    void cannotBeTurnedOff() {
        assertThatThrownBy(() -> parse("-fa", "off"))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("flash attention cannot be turned off");
        assertThatThrownBy(() -> parse("-fa=maybe")).hasMessageContaining("'maybe' is neither on nor auto");
    }
}
