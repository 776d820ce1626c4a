package io.jgemma.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.grammar.spec.GrammarException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GbnfTest {

    /** Grammars, each followed by texts with a plus that belong to it and texts with a minus that do not. */
    static Stream<String> grammars() {
        try (InputStream in = GbnfTest.class.getResourceAsStream("/grammar/gbnf.txt")) {
            return Arrays.stream(new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n===\n", -1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("grammars")
    void decidesWhichTextsBelong(String section) {
        List<String> lines = section.lines().toList();
        Grammar grammar = Grammar.ofGbnf(String.join(
                "\n", lines.stream().filter(line -> !isExample(line)).toList()));
        for (String line : lines) {
            if (isExample(line)) {
                String text = line.substring(2).replace("\\n", "\n").replace("\\t", "\t");
                assertThat(grammar.accepts(text)).as(line).isEqualTo(line.startsWith("+"));
            }
        }
    }

    private static boolean isExample(String line) {
        return line.startsWith("+ ") || line.startsWith("- ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "start ::= \"a\"|no rule 'root'",
                "root ::= other|line 1, column 10: there is no rule 'other'",
                "root ::= \"a|does not end",
                "root := \"a\"|expected ::=",
                "root ::= (\"a\"|expected ')'",
                "root ::= *|nothing to repeat",
                "root ::= [z-a]|out of order",
                "root ::= \"a\"{3,2}|out of order",
                "root ::= \"\\q\"|not an escape",
                "root ::= root|nothing satisfies it"
            })
    void saysWhatIsWrong(String text, String message) {
        assertThatThrownBy(() -> Grammar.ofGbnf(text))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining(message);
    }

    /** Grammars on which a parser that goes back, or that writes rules out, never ends. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "root ::= (\"a\" | \"a\" | \"aa\")* \"b\"",
                "root ::= a a a a a a a a \"b\"\na ::= \"a\"* | a? \"a\"",
                "root ::= root root | \"a\"? | \"b\"",
                """
                root ::= a
                a ::= b b
                b ::= c c
                c ::= d d
                d ::= e e
                e ::= f f
                f ::= g g
                g ::= h h
                h ::= i i
                i ::= j j
                j ::= "a"* "b"?
                """
            })
    void endsInTime(String text) {
        Grammar grammar = Grammar.ofGbnf(text);
        assertThat(grammar.readable(("a".repeat(60) + "b").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(61);
    }
}
