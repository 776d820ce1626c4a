package io.jgemma.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents look like: every relative link leads somewhere, every page is listed, and wording stays plain. */
class DocumentRulesTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    /** Targets of links and of pictures, up to an optional title. */
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)[^)]*\\)");

    private static final Pattern FENCE = Pattern.compile("(?ms)^ *```.*?^ *```");
    private static final Pattern SPAN = Pattern.compile("`[^`\\n]*`");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.*)$");
    private static final Pattern LINK_TEXT = Pattern.compile("\\[([^]]*)]\\([^)]*\\)");

    @Test
    void linksLeadSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        Map<Path, Set<String>> anchors = new HashMap<>();
        for (Path page : pages()) {
            String text = FENCE.matcher(Files.readString(page)).replaceAll("");
            Matcher link = LINK.matcher(SPAN.matcher(text).replaceAll("x"));
            while (link.find()) {
                String target = link.group(1);
                if (target.matches("[a-z]+:.*")) {
                    continue;
                }
                String[] parts = target.split("#", 2);
                Path file = parts[0].isEmpty()
                        ? page
                        : page.resolveSibling(parts[0]).normalize();
                if (!Files.exists(file)) {
                    broken.add("%s links to %s, which does not exist".formatted(ROOT.relativize(page), target));
                } else if (parts.length == 2
                        && !anchors.computeIfAbsent(file, DocumentRulesTest::anchors)
                                .contains(parts[1])) {
                    broken.add(
                            "%s links to %s, a heading that does not exist".formatted(ROOT.relativize(page), target));
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    /** Whoever adds a page adds it to the index as well, or nobody finds it. */
    @Test
    void everyPageIsListed() throws IOException {
        String documents = Files.readString(ROOT.resolve("docs/README.md"));
        String decisions = Files.readString(ROOT.resolve("docs/adr/README.md"));
        List<String> missing = new ArrayList<>();
        for (Path page : pages()) {
            String name = ROOT.relativize(page).toString().replace('\\', '/');
            if (name.startsWith("docs/") && !name.endsWith("README.md")) {
                boolean isDecision = name.startsWith("docs/adr/");
                String link = "(" + name.substring(isDecision ? "docs/adr/".length() : "docs/".length()) + ")";
                if (!(isDecision ? decisions : documents).contains(link)) {
                    missing.add(name);
                }
            }
        }
        assertThat(missing)
                .as("pages that docs/README.md or docs/adr/README.md do not list")
                .isEmpty();
    }

    /** The list is {@code .ci/forbidden-phrases.txt}: one regular expression a line, then what to write instead. */
    @Test
    void wordingIsPlain() throws IOException {
        List<String> found = new ArrayList<>();
        List<String> rules = Files.readAllLines(ROOT.resolve(".ci/forbidden-phrases.txt")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        assertThat(rules).hasSizeGreaterThan(20);
        List<Path> files = new ArrayList<>(pages());
        files.addAll(sources());
        Map<Path, String> texts = new HashMap<>();
        for (Path file : files) {
            // Phrases may span lines, also those of a comment.
            texts.put(file, Files.readString(file).replaceAll("\\s*\\R\\s*(?:\\*(?!/)|//)?\\s*", " "));
        }
        for (String rule : rules) {
            String[] parts = rule.split("\\s*=>\\s*", 2);
            assertThat(parts).as(rule).hasSize(2);
            Pattern phrase = Pattern.compile(parts[0], Pattern.CASE_INSENSITIVE);
            for (Path file : files) {
                Matcher matcher = phrase.matcher(texts.get(file));
                if (matcher.find()) {
                    found.add("%s says '%s'; write: %s".formatted(ROOT.relativize(file), matcher.group(), parts[1]));
                }
            }
        }
        assertThat(found).isEmpty();
    }

    /** GitHub's anchors of a page's headings. */
    private static Set<String> anchors(Path page) {
        String text;
        try {
            text = FENCE.matcher(Files.readString(page)).replaceAll("");
        } catch (IOException e) {
            throw new AssertionError(page + " cannot be read", e);
        }
        Set<String> anchors = new HashSet<>();
        Matcher heading = HEADING.matcher(text);
        while (heading.find()) {
            String words = LINK_TEXT.matcher(heading.group(1)).replaceAll("$1");
            String anchor = words.strip()
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
            String unique = anchor;
            for (int i = 1; !anchors.add(unique); i++) {
                unique = anchor + "-" + i;
            }
        }
        return anchors;
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = files(ROOT.resolve("docs"), ".md");
        pages.add(ROOT.resolve("README.md"));
        pages.add(ROOT.resolve("CHANGELOG.md"));
        pages.add(ROOT.resolve("CONTRIBUTING.md"));
        pages.add(ROOT.resolve("cuda-kernels/README.md"));
        assertThat(pages).hasSizeGreaterThan(20);
        return pages;
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path folder : modules.map(module -> module.resolve("src/main"))
                    .filter(Files::isDirectory)
                    .toList()) {
                sources.addAll(files(folder, ".java"));
            }
        }
        return sources;
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return new ArrayList<>(
                    files.filter(file -> file.toString().endsWith(ending)).toList());
        }
    }
}
