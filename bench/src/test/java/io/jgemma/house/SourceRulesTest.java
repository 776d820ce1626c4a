package io.jgemma.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the sources look like. */
class SourceRulesTest {
    /** Tests run in their module's folder. */
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private static final Pattern ENGINE = Pattern.compile("engine/src/main/java/io/jgemma/engine/[a-z]+$");
    private static final Pattern IMPORT =
            Pattern.compile("^import (?:static )?io\\.jgemma\\.engine\\.([a-z]+)\\.", Pattern.MULTILINE);
    private static final Pattern SENTENCE = Pattern.compile("\\b[Ii]mports? ([^.]*)\\.");
    private static final Pattern CODE = Pattern.compile("\\{@code ([a-z]+)}");
    private static final Pattern MATHS = Pattern.compile(
            "/main/java/io/jgemma/(engine/(quant|tensor|spec|backend|cpu|kv|nn)|cuda)/.*\\.java$|/main/cuda/");
    private static final Pattern MODEL = Pattern.compile("(?<!j)[gG]emma|[lL]lama|[qQ]wen");
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\\n]*", Pattern.DOTALL);

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

    /** What a package of the engine says that it imports, it imports, and nothing else. */
    @Test
    void packagesImportWhatTheySay() throws IOException {
        Map<Path, TreeSet<String>> imports = new TreeMap<>();
        for (Path source : sources()) {
            Path folder = source.getParent();
            if (ENGINE.matcher(folder.toString().replace('\\', '/')).find()) {
                String own = folder.getFileName().toString();
                IMPORT.matcher(Files.readString(source))
                        .results()
                        .map(found -> found.group(1))
                        .filter(name -> !name.equals(own))
                        .forEach(imports.computeIfAbsent(folder, each -> new TreeSet<>())::add);
            }
        }
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<Path, TreeSet<String>> each : imports.entrySet()) {
            String info = Files.readString(each.getKey().resolve("package-info.java"));
            String comment = info.substring(0, info.indexOf("*/")).replaceAll("\\s+\\*?\\s*", " ");
            Matcher sentence = SENTENCE.matcher(comment);
            if (sentence.find()) {
                TreeSet<String> said = new TreeSet<>();
                CODE.matcher(sentence.group(1)).results().forEach(found -> said.add(found.group(1)));
                if (!said.equals(each.getValue())) {
                    wrong.add(each.getKey().getFileName() + " says " + said + " and imports " + each.getValue());
                }
            }
        }
        assertThat(imports).hasSizeGreaterThan(5);
        assertThat(wrong).isEmpty();
    }

    /** Operations, kernels and the K/V cache serve any model: none of their code, texts included, names one. */
    @Test
    void mathsNamesNoModel() throws IOException {
        List<String> named = new ArrayList<>();
        for (Path source : sources()) {
            String path = source.toString().replace('\\', '/');
            if (MATHS.matcher(path).find()) {
                MODEL.matcher(COMMENT.matcher(Files.readString(source)).replaceAll(""))
                        .results()
                        .forEach(found -> named.add(ROOT.relativize(source) + " names " + found.group()));
            }
        }
        assertThat(named).isEmpty();
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
