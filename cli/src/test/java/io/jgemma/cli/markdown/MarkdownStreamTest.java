package io.jgemma.cli.markdown;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.cli.io.Style;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkdownStreamTest {
    private static final Style COLOURS = new Style(true);

    private static String shown(Style style, int width, String... pieces) {
        StringBuilder out = new StringBuilder();
        MarkdownStream stream = new MarkdownStream(style, width, out::append);
        for (String piece : pieces) {
            stream.text(piece);
        }
        stream.end();
        return out.toString();
    }

    /** Looks as words: B for bold, I italic, C code, D dim, 0 for the end of any. */
    private static String looks(String markdown) {
        return shown(COLOURS, 0, markdown)
                .stripTrailing()
                .replace("\u001b[1m", "<B>")
                .replace("\u001b[3m", "<I>")
                .replace("\u001b[36m", "<C>")
                .replace("\u001b[2m", "<D>")
                .replace("\u001b[0m", "<0>");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "a **bold** word|a <B>bold<0> word",
                "an *italic* word, _too_|an <I>italic<0> word, <I>too<0>",
                "call `f(x) * y` now|call <C>f(x)<0> <C>*<0> <C>y<0> now",
                "2 * 3 * 4 and snake_case_name|2 * 3 * 4 and snake_case_name",
                "an *open end|an *open end",
                "a `tick|a `tick",
                "``a ` b``|<C>a<0> <C>`<0> <C>b<0>",
                "**a `b` c**|<B>a<0> <B><C>b<0><0> <B>c<0>",
                "\\*no\\* emphasis|*no* emphasis",
                "# Title|<B>Title<0>",
                "####### seven|####### seven",
                "#hash|#hash",
                "- item|<D>• <0>item",
                "12. twelfth|<D>12. <0>twelfth",
                "1999 was|1999 was",
                "> said|<D>│ <0>said",
                "-5 degrees|-5 degrees",
                "**bold** first|<B>bold<0> first",
            })
    void marksBecomeLooks(String markdown, String expected) {
        assertThat(looks(markdown)).isEqualTo(expected);
    }

    @Test
    void codeStaysAsItIs() {
        assertThat(looks("```java\n  int *x = a_b;   // **no**\n\n# no\n```\n*yes*"))
                .isEqualTo("<D>```java<0>\n<C>  int *x = a_b;   // **no**<0>\n\n<C># no<0>\n<D>```<0>\n<I>yes<0>");
        assertThat(looks("~~~~\n~~~\n``` \n~~~~\nend")).isEqualTo("<D>~~~~<0>\n<C>~~~<0>\n<C>``` <0>\n<D>~~~~<0>\nend");
    }

    @Test
    void wordsWrapWhole() {
        assertThat(shown(Style.plain(), 10, "one two three four")).isEqualTo("one two\nthree four\n");
        assertThat(shown(Style.plain(), 10, "- one two three")).isEqualTo("- one two\nthree\n");
        assertThat(shown(COLOURS, 10, "- one two three").replaceAll("\u001b\\[[0-9]*m", ""))
                .isEqualTo("• one two\n  three\n");
        assertThat(shown(Style.plain(), 8, "漢字漢字漢字")).isEqualTo("漢字漢字\n漢字\n");
        assertThat(shown(Style.plain(), 5, "abcdefgh ij")).isEqualTo("abcdefgh\nij\n");
        assertThat(shown(COLOURS, 10, "four **five si**x").replaceAll("\u001b\\[[0-9]*m", ""))
                .isEqualTo("four five\nsix\n");
    }

    @Test
    void whatSteersATerminalIsSpelledOut() {
        assertThat(shown(COLOURS, 0, "a\u001b[31mb\u0007\u009b")).isEqualTo("a\\u001b[31mb\\u0007\\u009b\n");
    }

    @Provide
    Arbitrary<String> markdown() {
        return Arbitraries.strings().withChars("ab *_`~#->1.)\\\n\t漢").ofMaxLength(300);
    }

    @Property
    void piecesMakeNoDifference(
            @ForAll("markdown") String text, @ForAll @IntRange(max = 20) int width, @ForAll long seed) {
        Random random = new Random(seed);
        StringBuilder out = new StringBuilder();
        MarkdownStream stream = new MarkdownStream(COLOURS, width, out::append);
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + 1 + random.nextInt(5));
            stream.text(text.substring(at, end));
            at = end;
        }
        stream.end();
        assertThat(eachCharacter(out.toString())).isEqualTo(eachCharacter(shown(COLOURS, width, text)));
    }

    /** Each character with the looks that it has, so that it does not matter where these are switched on and off. */
    private static String eachCharacter(String shown) {
        StringBuilder all = new StringBuilder();
        String looks = "";
        for (int i = 0; i < shown.length(); i++) {
            if (shown.charAt(i) == '\u001b') {
                int end = shown.indexOf('m', i);
                String code = shown.substring(i + 2, end);
                looks = code.equals("0") ? "" : looks + code + ";";
                i = end;
            } else {
                all.append(looks).append(shown.charAt(i));
            }
        }
        return all.toString();
    }

    @Property
    void withoutLooksOnlyWhiteSpaceChanges(@ForAll("markdown") String text, @ForAll @IntRange(max = 20) int width) {
        assertThat(shown(Style.plain(), width, text).replaceAll("\\s", "")).isEqualTo(text.replaceAll("\\s", ""));
    }

    @Test
    void longRunsOfMarksEndSoon() {
        for (String mark : List.of("*", "-", "`", "_", "~", "#", "> ", "* ", "*a ", "1", "\\", " ", "```", "**a_")) {
            String text = mark.repeat(100_000);
            StringBuilder out = new StringBuilder();
            MarkdownStream stream = new MarkdownStream(COLOURS, 80, out::append);
            stream.text(text);
            stream.end();
            assertThat(out).isNotEmpty();
        }
    }
}
