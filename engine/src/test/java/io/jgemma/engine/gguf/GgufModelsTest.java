package io.jgemma.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.jgemma.engine.TestModels;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every model file there is opens, and says what it is. */
class GgufModelsTest {

    @Test
    void allModelFilesOpen() {
        List<Path> files = TestModels.all();
        assumeFalse(files.isEmpty(), "no model files: neither ../shared nor a cache of models is there");
        for (Path path : files) {
            try (GgufFile file = GgufFile.open(path)) {
                GgufMetadata metadata = file.metadata();
                assertThat(metadata.string("general.architecture"))
                        .as("%s", path)
                        .isNotEmpty();
                for (String key : metadata.keys()) {
                    assertThat(metadata.preview(key, 60)).isNotEmpty();
                }
                if (metadata.has("tokenizer.ggml.tokens")) {
                    int tokens = metadata.strings("tokenizer.ggml.tokens").size();
                    assertThat(metadata.ints("tokenizer.ggml.token_type")).hasSize(tokens);
                    file.find("token_embd.weight")
                            .ifPresent(embedding -> assertThat(embedding.rows()).isEqualTo(tokens));
                }
                for (GgufTensor tensor : file.tensors()) {
                    assertFinite(tensor);
                }
            }
        }
    }

    /** The first and the last row. */
    private static void assertFinite(GgufTensor tensor) {
        float[] row = new float[Math.toIntExact(tensor.columns())];
        for (long r : new long[] {0, tensor.rows() - 1}) {
            tensor.decodeRow(r, row, 0);
            for (float value : row) {
                assertThat(Float.isFinite(value)).as("%s", tensor.name()).isTrue();
            }
        }
    }
}
