package io.jgemma.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueReaderTest {

    private record Read(Optional<Object> value, boolean ended) {}

    private static Read read(String literal, boolean slashEscape) {
        ValueReader reader = new ValueReader(slashEscape, null);
        // A number, a word or a string ends only with what follows it.
        String text = literal + ")";
        for (int i = 0; i < text.length(); i++) {
            Progress progress = reader.push(text.charAt(i));
            if (progress == Progress.FAIL) {
                return new Read(Optional.empty(), false);
            }
            if (progress != Progress.MORE) {
                int end = progress == Progress.DONE ? i + 1 : i;
                return new Read(Optional.ofNullable(reader.value()), end == literal.length());
            }
        }
        return new Read(Optional.empty(), false);
    }

    private static @Nullable Object value(String literal) {
        Read read = read(literal, false);
        assertThat(read.ended()).as(literal).isTrue();
        return read.value().orElse(null);
    }

    @Test
    void literalsAsPythonReadsThem() throws IOException {
        ObjectMapper json = new ObjectMapper();
        try (InputStream in = getClass().getResourceAsStream("/chat/python-literals.json")) {
            JsonNode rows = json.readTree(Objects.requireNonNull(in));
            assertThat(rows.size()).isGreaterThan(400);
            for (JsonNode row : rows) {
                String literal = row.get(0).textValue();
                ObjectNode expected = json.createObjectNode();
                expected.set("value", row.get(1));
                ToolCall call = new ToolCall("", "x", CallTable.map(expected));
                assertThat(value(literal))
                        .as(literal)
                        .isEqualTo(call.arguments().get("value"));
            }
        }
    }

    @Test
    void jsonsSlash() {
        assertThat(read("\"a\\/b\"", true).value()).contains("a/b");
        assertThat(read("\"a\\/b\"", false).value()).contains("a\\/b");
    }

    @Test
    void wordsOfBothLanguages() {
        assertThat(value("[True, true, False, false]")).isEqualTo(List.of(true, true, false, false));
        assertThat(value("null")).isNull();
        assertThat(value("None")).isNull();
    }

    @Test
    void lineEndsInStrings() {
        assertThat(value("'a\nb\r\nc'")).isEqualTo("a\nb\r\nc");
        assertThat(value("'a\\\r\nb\\\rc'")).isEqualTo("abc");
    }

    @Test
    void valuesEndBeforeWhatFollows() {
        ValueReader reader = new ValueReader(false, null);
        assertThat(reader.push('1')).isEqualTo(Progress.MORE);
        assertThat(reader.push(' ')).isEqualTo(Progress.DONE_BEFORE);
        assertThat(reader.value()).isEqualTo(1L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01",
                "1__0",
                "_1",
                "1_",
                "0x",
                "0xg",
                "1e",
                "1.2.3",
                "1-2",
                "--1",
                "- 1",
                ".",
                "+",
                "e5",
                "1j",
                "1e400",
                "-1e400",
                "NaN",
                "Infinity",
                "-inf",
                "Tru",
                "TRUE",
                "truely",
                "undefined",
                "x",
                "b'x'",
                "f'x'",
                "rb'x'",
                "r",
                "[1 2]",
                "[1,,2]",
                "[,]",
                "[1;2]",
                "(,)",
                "{,}",
                "{1:2}",
                "{'a'}",
                "{'a':}",
                "{'a':1 'b':2}",
                "{'a':1,,}",
                "{a:1}",
                "{'a'=1}",
                "{None:1}",
                "[1}",
                "{'a':1]",
                "(1]",
                "'\\x4'",
                "'\\xg0'",
                "'\\u12'",
                "'\\U00110000'",
                "'\\UFFFFFFFF'",
                "'\\N'",
                "'\\N{'",
                "'\\N{NOTHING}'",
                "=1",
                "#",
                "\\",
                "",
                "'abc",
                "'''abc''",
                "[1",
                "{'a':1",
                "@"
            })
    void whatIsNoValue(String literal) {
        assertThat(read(literal, false).ended()).as(literal).isFalse();
    }

    @Test
    void depthIsBounded() {
        int most = ValueReader.MAX_DEPTH;
        assertThat(read("[".repeat(most) + "]".repeat(most), false).ended()).isTrue();
        assertThat(read("[".repeat(most + 1) + "]".repeat(most + 1), false).ended())
                .isFalse();
        assertThat(read("{'a':".repeat(most) + "1" + "}".repeat(most), false).ended())
                .isTrue();
        assertThat(read("(".repeat(most + 1), false).ended()).isFalse();
    }

    @Test
    void numbersAreBounded() {
        String digits = "9".repeat(Literals.MAX_NUMBER_CHARS);
        assertThat(read(digits, false).ended()).isTrue();
        assertThat(read(digits + "9", false).ended()).isFalse();
    }

    @Test
    void onlyTheOutermostEntriesAreGuarded() {
        StringBuilder seen = new StringBuilder();
        ValueReader reader = new ValueReader(true, new ValueReader.Guard() {
            @Override
            public boolean key(String key) {
                seen.append(key).append('?');
                return true;
            }

            @Override
            public boolean value(String key, @Nullable Object value) {
                seen.append(key).append('=').append(value).append(';');
                return !key.equals("c");
            }
        });
        String text = "{\"a\": {\"x\": 1}, \"b\": [{\"y\": 2}], \"c\": null";
        for (int i = 0; i < text.length(); i++) {
            assertThat(reader.push(text.charAt(i))).isEqualTo(Progress.MORE);
        }
        assertThat(reader.push('}')).isEqualTo(Progress.FAIL);
        assertThat(seen).hasToString("a?a={x=1};b?b=[{y=2}];c?c=null;");
    }

    @Test
    void theLastOfEqualKeysCounts() {
        assertThat(value("{'a': 1, 'b': 2, 'a': 3}")).isEqualTo(Map.of("a", 3L, "b", 2L));
    }
}
