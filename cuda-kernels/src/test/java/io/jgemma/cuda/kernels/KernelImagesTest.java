package io.jgemma.cuda.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.cuda.CudaUnavailableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The PTX that ships is that of the sources. */
class KernelImagesTest {
    private static final Path SOURCES = Path.of("src/main/cuda");

    private static List<Path> files(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void everySourceHasItsImages() throws IOException {
        assertThat(files(".cu").stream()
                        .map(file -> file.getFileName().toString().replace(".cu", "")))
                .containsExactlyInAnyOrderElementsOf(KernelImages.NAMES);
    }

    @Test
    void imagesAreThoseOfTheSources() throws IOException, NoSuchAlgorithmException {
        for (String name : KernelImages.NAMES) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.write(Files.readAllBytes(SOURCES.resolve(name + ".cu")));
            for (Path header : files(".cuh")) {
                all.write(Files.readAllBytes(header));
            }
            String hash = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(all.toByteArray()));
            for (int target : KernelImages.TARGETS) {
                String ptx = new String(KernelImages.text(name, target), StandardCharsets.UTF_8);
                assertThat(ptx)
                        .as("%s for %d; src/main/cuda/build.sh makes it anew", name, target)
                        .contains("// sha256 of the sources: " + hash + "\n")
                        .contains("\n.version 7.0\n.target sm_" + target + "\n");
            }
        }
    }

    @Test
    void devicesGetTheNewestImageTheyCanRun() {
        assertThat(KernelImages.targetFor(75, "a")).isEqualTo(75);
        assertThat(KernelImages.targetFor(86, "a")).isEqualTo(80);
        assertThat(KernelImages.targetFor(120, "a")).isEqualTo(80);
        assertThatThrownBy(() -> KernelImages.targetFor(61, "GTX 1080"))
                .isInstanceOf(CudaUnavailableException.class)
                .hasMessage(
                        "GTX 1080 has compute capability 6.1, and jgemma's kernels need 7.5 (Turing, 2018) or newer");
    }
}
