package io.jgemma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights that make logits which are no numbers: whoever shows or measures them refuses, as whoever samples does. */
class BrokenWeightsTest {

    private static byte[] withNaN(String name, byte[] blocks) {
        if (name.equals("output_norm.weight")) {
            ByteBuffer.wrap(blocks).order(ByteOrder.LITTLE_ENDIAN).putFloat(40, Float.NaN);
        }
        return blocks;
    }

    @Test
    void everyCommandThatNeedsLogitsRefuses(@TempDir Path folder) throws IOException {
        String model = TinyModels.copy(
                        TinyModels.of("llama"), folder.resolve("m.gguf"), Map.of(), BrokenWeightsTest::withNaN)
                .toString();
        String text = Files.writeString(folder.resolve("t.txt"), "one two three four five six ".repeat(20))
                .toString();
        Stream.of(
                        new String[] {"run", model, "--raw", "-p", "a", "-n", "2", "--temp", "0"},
                        new String[] {"run", model, "--raw", "-p", "a", "-n", "2", "--json"},
                        new String[] {"logits", model, "--tokens", "1,5"},
                        new String[] {"logits", model, "--tokens", "1,5", "--json"},
                        new String[] {"perplexity", model, "-f", text, "-c", "16"},
                        new String[] {"perplexity", model, "-f", text, "-c", "16", "--against", "f32"})
                .forEach(line -> {
                    TestConsole console = new TestConsole("");
                    int code = console.run(Stream.concat(Stream.of(line), Stream.of("--cpu-kernels", "scalar"))
                            .toArray(String[]::new));

                    assertThat(console.out()).as(line[0]).isBlank();
                    assertThat(console.err()).as(line[0]).contains("is NaN", "the model's weights or its computation");
                    assertThat(code).as(line[0]).isEqualTo(1);
                });
    }
}
