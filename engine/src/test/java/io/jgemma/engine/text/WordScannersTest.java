package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The hand-written scanners against the regular expressions that they stand for. */
class WordScannersTest {
    private static final int TEXTS = 4000;

    static Stream<Arguments> rules() {
        String modern = "(?iu:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,%d}"
                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        String upper = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
        String lower = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
        String cased = "[^\\r\\n\\p{L}\\p{N}]?" + upper + "*" + lower + "+%1$s|[^\\r\\n\\p{L}\\p{N}]?" + upper + "+"
                + lower + "*%1$s|\\p{N}{1,%2$d}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        return Stream.of(
                rule("tekken", CasedWordScanners::tekken, cased.formatted("", 1)),
                rule("gpt4o", CasedWordScanners::gpt4o, cased.formatted("(?iu:'s|'t|'re|'ve|'m|'ll|'d)?", 3)),
                rule("digitRuns", WordScanners::digitRuns, modern.replace("{1,%d}", "+")),
                rule(
                        "digitSinglesWithoutLineEnds",
                        WordScanners::digitSinglesWithoutLineEnds,
                        modern.formatted(1).replace("]+[\\r\\n]*|", "]+|")),
                rule(
                        "markedWords",
                        WordScanners::markedWords,
                        "(?iu:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}"
                                + "| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
                rule("numberTriples", WordScanners::numberTriples, "\\p{N}{1,3}"),
                rule("signRuns", WordScanners::signRuns, "[\\p{P}$+<=>^~|`]+"),
                rule(
                        "unbrokenWords",
                        WordScanners::unbrokenWords,
                        " ?[^(\\s|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+"),
                rule(
                        "gpt2",
                        WordScanners::gpt2,
                        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"),
                rule("digitTriples", WordScanners::digitTriples, modern.formatted(3)),
                rule("digitSingles", WordScanners::digitSingles, modern.formatted(1)),
                rule("singleNumbers", WordScanners::singleNumbers, "\\p{N}"),
                rule("numberRuns", WordScanners::numberRuns, "\\p{N}+"),
                rule("punctuationRuns", WordScanners::punctuationRuns, "[\\p{P}$+<=>^~|]+"),
                rule("asciiTriples", WordScanners::asciiTriples, "[0-9][0-9][0-9]"));
    }

    private static Arguments rule(String name, WordScanner scanner, String regex) {
        return Arguments.of(name, scanner, Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void cutsWhereTheExpressionCuts(String name, WordScanner scanner, Pattern pattern) {
        RandomText texts = new RandomText(name.length());
        for (int i = 0; i < TEXTS; i++) {
            String text = texts.next();
            assertThat(scanned(scanner, text)).as("%s", text).isEqualTo(matched(pattern, text));
        }
    }

    private static List<String> scanned(WordScanner scanner, String text) {
        byte[] bytes = Utf8.encode(text);
        List<String> words = new ArrayList<>();
        int from = 0;
        while (from < bytes.length) {
            int end = scanner.end(bytes, from, bytes.length);
            words.add(new String(bytes, from, end - from, StandardCharsets.UTF_8));
            from = end;
        }
        return words;
    }

    /** Matches and what lies between them. */
    private static List<String> matched(Pattern pattern, String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        int from = 0;
        while (matcher.find()) {
            if (matcher.start() > from) {
                words.add(text.substring(from, matcher.start()));
            }
            words.add(matcher.group());
            from = matcher.end();
        }
        if (from < text.length()) {
            words.add(text.substring(from));
        }
        return words;
    }
}
