package io.jgemma.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.grammar.spec.GrammarException;
import io.jgemma.engine.grammar.spec.Whitespace;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class GrammarTest {

    /** A row holds a schema, instances that it allows and instances that it does not, each list separated by spaces. */
    @ParameterizedTest
    @CsvFileSource(
            resources = "/grammar/schemas.csv",
            delimiter = '\t',
            quoteCharacter = '\0',
            maxCharsPerColumn = 10_000)
    void decidesWhichInstancesBelongToASchema(String schema, String allowed, String refused) {
        Grammar grammar = Grammar.ofJsonSchema(schema);
        assertThat(split(allowed)).allMatch(grammar::accepts);
        assertThat(split(refused)).noneMatch(grammar::accepts);
    }

    private static List<String> split(String list) {
        return Arrays.stream(list.split(" ", -1))
                .filter(text -> !text.equals("-"))
                .toList();
    }

    /** A row holds a schema, the pointer of what is not supported and a part of the reason. */
    @ParameterizedTest
    @CsvFileSource(resources = "/grammar/refused.csv", delimiter = '\t', quoteCharacter = '\0')
    void refusesWhatItCannotKeep(String schema, String pointer, String reason) {
        assertThatThrownBy(() -> Grammar.ofJsonSchema(schema)).isInstanceOfSatisfying(GrammarException.class, e -> {
            assertThat(e.location()).isEqualTo(pointer);
            assertThat(e.reason()).contains(reason);
        });
    }

    @Test
    void readsAPatternAsAWhole() {
        Grammar grammar = Grammar.ofRegex("(?!ab)[a-c]{1,3}|é+");
        assertThat(List.of("a", "ba", "cab", "é", "éé")).allMatch(grammar::accepts);
        assertThat(List.of("", "ab", "abc", "abcd", "aé")).noneMatch(grammar::accepts);
    }

    @Test
    void readsOneOfTheChoices() {
        Grammar grammar = Grammar.ofChoices(List.of("yes", "no", "nobody"));
        assertThat(List.of("yes", "no", "nobody")).allMatch(grammar::accepts);
        assertThat(List.of("", "nob", "y")).noneMatch(grammar::accepts);
        assertThatThrownBy(() -> Grammar.ofChoices(List.of())).isInstanceOf(GrammarException.class);
    }

    @Test
    void readsAnyObject() {
        Grammar grammar = Grammar.anyJsonObject();
        assertThat(List.of("{}", "{\"a\":[1,{\"b\":null}],\"c\":\"\\u0041\\n\"}"))
                .allMatch(grammar::accepts);
        assertThat(List.of("[]", "{\"a\" :1}", "{\"a\":01}", "{\"a\":\"\\ud800\"}"))
                .noneMatch(grammar::accepts);
    }

    @Test
    void allowsWhiteSpaceWhereAsked() {
        String text = "{ \"a\" : [ 1 , 2 ]\n}";
        String schema =
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}}}";
        assertThat(Grammar.ofJsonSchema(schema, Whitespace.FREE).accepts(text)).isTrue();
        assertThat(Grammar.ofJsonSchema(schema).accepts(text)).isFalse();
        assertThat(Grammar.ofJsonSchema(schema.replaceFirst("\\{", "{\"x-jgemma-whitespace\":\"free\","))
                        .accepts(text))
                .isTrue();
    }

    @Test
    void takesFormatsForAnnotationsWhereAsked() {
        String schema = "{\"x-jgemma-format\":\"annotation\",\"anyOf\":[{\"format\":\"date\"},{\"format\":\"regex\"}]}";
        assertThat(Grammar.ofJsonSchema(schema).accepts("\"no date\"")).isTrue();
        assertThat(Grammar.ofJsonSchema("{\"x-jgemma-format\":\"assertion\",\"format\":\"date\"}")
                        .accepts("\"no date\""))
                .isFalse();
        assertThatThrownBy(() -> Grammar.ofJsonSchema("{\"x-jgemma-format\":\"both\"}"))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("#/x-jgemma-format");
    }

    @Test
    void countsPropertiesThatAreNotNamed() {
        Grammar many = Grammar.ofJsonSchema("{\"type\":\"object\",\"required\":[\"x\"],\"minProperties\":4}");
        assertThat(many.accepts("{\"x\":1,\"a\":2,\"b\":3,\"c\":4}")).isTrue();
        assertThat(many.accepts("{\"x\":1,\"a\":2,\"b\":3,\"c\":4,\"d\":5}")).isTrue();
        assertThat(many.accepts("{\"x\":1,\"a\":2,\"b\":3}")).isFalse();
        Grammar some = Grammar.ofJsonSchema("{\"type\":\"object\",\"minProperties\":2,\"maxProperties\":3}");
        assertThat(List.of("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2,\"c\":3}")).allMatch(some::accepts);
        assertThat(List.of("{}", "{\"a\":1}", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}"))
                .noneMatch(some::accepts);
    }

    /** At the end of the last minute of a day in UTC; with a date, of one that had a leap second. */
    @Test
    void readsLeapSecondsWhereTheyOccur() {
        Grammar time = Grammar.ofJsonSchema("{\"type\":\"string\",\"format\":\"time\"}");
        assertThat(List.of("23:59:60Z", "23:59:60.25+00:00", "23:59:60-00:00", "08:59:60+09:00", "23:36:60-00:23"))
                .allMatch(text -> time.accepts("\"" + text + "\""));
        assertThat(List.of("23:58:60Z", "23:59:60+00:30", "08:59:60-09:00", "23:59:61Z", "23:59:60", "23:59:60.Z"))
                .noneMatch(text -> time.accepts("\"" + text + "\""));
        Grammar dateTime = Grammar.ofJsonSchema("{\"type\":\"string\",\"format\":\"date-time\"}");
        assertThat(List.of("2016-12-31T23:59:60Z", "2016-12-31T15:59:60-08:00", "2017-01-01T08:59:60+09:00"))
                .allMatch(text -> dateTime.accepts("\"" + text + "\""));
        assertThat(List.of(
                        "2016-12-30T23:59:60Z",
                        "2017-12-31T23:59:60Z",
                        "2017-01-01T15:59:60-08:00",
                        "2016-12-31T08:59:60+09:00",
                        "2017-01-01T23:59:60+00:00"))
                .noneMatch(text -> dateTime.accepts("\"" + text + "\""));
    }

    @Test
    void refusesKeywordsOfAnUnknownMetaschema() {
        assertThatThrownBy(
                        () -> Grammar.ofJsonSchema("{\"$schema\":\"https://example.com/other\",\"type\":\"string\"}"))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("https://example.com/other");
    }

    @Test
    void tellsHowMuchOfATextIsReadable() {
        Grammar grammar = Grammar.ofJsonSchema("{\"type\":\"integer\"}");
        assertThat(grammar.readable("12x".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEqualTo(2);
        assertThat(grammar.readable("12".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEqualTo(2);
    }

    @Test
    void equalContentMakesEqualGrammars() {
        assertThat(Grammar.ofRegex("a")).isEqualTo(Grammar.ofRegex("a")).isNotEqualTo(Grammar.ofRegex("b"));
        assertThat(Grammar.ofRegex("a")).isNotEqualTo(Grammar.ofChoices(List.of("a")));
    }
}
