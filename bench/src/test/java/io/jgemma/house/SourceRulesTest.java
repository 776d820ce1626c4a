package io.jgemma.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the sources look like. */
class SourceRulesTest {
    /** Tests run in their module's folder. */
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private static final int MOST_LINES = 500;
    private static final int MOST_LINES_OF_KERNELS = 700;

    @Test
    void filesAreShort() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path source : sources()) {
            int most = isKernel(source) ? MOST_LINES_OF_KERNELS : MOST_LINES;
            int lines = Files.readAllLines(source).size();
            if (lines > most) {
                tooLong.add("%s has %d lines, at most %d".formatted(ROOT.relativize(source), lines, most));
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void everyPackageSaysWhatItHoldsAndIsNullMarked() throws IOException {
        List<Path> unmarked = new ArrayList<>();
        for (Path source : sources()) {
            Path info = source.resolveSibling("package-info.java");
            boolean isMain = source.toString().replace('\\', '/').contains("/src/main/java/io/");
            if (isMain && !(Files.exists(info) && Files.readString(info).contains("@NullMarked"))) {
                unmarked.add(ROOT.relativize(info));
            }
        }
        assertThat(unmarked).isEmpty();
    }

    @Test
    void nothingIsLeftForLater() throws IOException {
        List<String> left = new ArrayList<>();
        for (Path source : sources()) {
            // The words are put together, so that this file does not hold them.
            for (String word : List.of("TO" + "DO", "FIX" + "ME")) {
                if (Files.readString(source).contains(word)) {
                    left.add(ROOT.relativize(source) + " holds " + word);
                }
            }
        }
        assertThat(left).isEmpty();
    }

    private static boolean isKernel(Path source) {
        String path = source.toString().replace('\\', '/');
        return path.contains("/io/jgemma/engine/cpu/") || path.contains("/io/jgemma/cuda/");
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path folder : modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        assertThat(sources).as("sources under %s", ROOT).hasSizeGreaterThan(10);
        return sources;
    }
}
