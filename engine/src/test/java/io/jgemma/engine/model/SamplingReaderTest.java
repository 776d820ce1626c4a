package io.jgemma.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufWriter;
import io.jgemma.engine.sample.SamplerOptions;
import org.junit.jupiter.api.Test;

/** What a file says about sampling comes before what its family says. */
class SamplingReaderTest {

    private static final SamplerOptions FAMILY =
            SamplerOptions.builder().topK(64).topP(0.95f).build();

    private static SamplerOptions read(GgufWriter writer) {
        try (GgufFile file = writer.open()) {
            return SamplingReader.read(file, FAMILY);
        }
    }

    @Test
    void aFileWithoutKeysIsSampledLikeItsFamily() {
        SamplerOptions options = read(new GgufWriter());
        assertThat(options.topK()).isEqualTo(64);
        assertThat(options.topP()).isEqualTo(0.95f);
        assertThat(options.temperature()).isEqualTo(1);
    }

    @Test
    void keysWin() {
        SamplerOptions options = read(new GgufWriter()
                .float32("general.sampling.temp", 0.25f)
                .uint32("general.sampling.top_k", 7)
                .float32("general.sampling.min_p", 0.05f)
                .float32("general.sampling.penalty_repeat", 1.1f));
        assertThat(options.temperature()).isEqualTo(0.25f);
        assertThat(options.topK()).isEqualTo(7);
        assertThat(options.topP()).isEqualTo(0.95f);
        assertThat(options.minP()).isEqualTo(0.05f);
        assertThat(options.repeatPenalty()).isEqualTo(1.1f);
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> read(new GgufWriter().float32("general.sampling.top_p", 3)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("general.sampling.")
                .hasMessageContaining("topP");
    }
}
