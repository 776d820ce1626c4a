package io.jgemma.engine.grammar.trie;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.grammar.gbnf.GbnfCompiler;
import io.jgemma.engine.grammar.json.JsonSchemaCompiler;
import io.jgemma.engine.grammar.parse.Automaton;
import io.jgemma.engine.grammar.parse.ParseSet;
import io.jgemma.engine.grammar.rule.GrammarBuilder;
import io.jgemma.engine.grammar.rule.Rule;
import io.jgemma.engine.grammar.spec.Whitespace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Masks over a small vocabulary, compared with the parser token by token. */
class TokenMaskTest {
    private static final String ALPHABET = "abz019 \"'\\/{}[],:.-+eEtruefalsn\n\té€😀\u0001";

    private final byte[][] pieces = pieces();
    private final TokenVocabulary vocabulary = TokenVocabulary.of(pieces);

    private static byte[][] pieces() {
        Random random = new Random(1);
        int[] points = ALPHABET.codePoints().toArray();
        TreeSet<String> texts = new TreeSet<>();
        while (texts.size() < 1500) {
            StringBuilder text = new StringBuilder();
            for (int length = 1 + random.nextInt(6); length > 0; length--) {
                text.appendCodePoint(points[random.nextInt(points.length)]);
            }
            texts.add(text.toString());
        }
        List<byte[]> pieces = new ArrayList<>();
        for (int value = 0; value < 0xF8; value++) {
            pieces.add(new byte[] {(byte) value});
        }
        texts.forEach(text -> pieces.add(text.getBytes(StandardCharsets.UTF_8)));
        for (String text : List.of("a", "ab ", " ", "0", "é", "a\"")) {
            pieces.add(text.repeat(23).getBytes(StandardCharsets.UTF_8));
            pieces.add(text.repeat(60).getBytes(StandardCharsets.UTF_8));
        }
        pieces.add("\": \"".getBytes(StandardCharsets.UTF_8));
        pieces.add("{\"".getBytes(StandardCharsets.UTF_8));
        pieces.add("a".getBytes(StandardCharsets.UTF_8));
        pieces.add(new byte[0]);
        return pieces.toArray(new byte[0][]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"type\":\"string\"}",
                "{\"type\":\"string\",\"maxLength\":12}",
                "{\"type\":\"string\",\"maxLength\":40,\"minLength\":3}",
                "{\"type\":\"string\",\"maxLength\":62,\"minLength\":24}",
                "{\"type\":\"string\",\"pattern\":\"^[a-z ]+$\"}",
                "{\"type\":\"string\",\"pattern\":\"^(?:\\\\S+\\\\s+){0,29}\\\\S+$\"}",
                "{\"type\":\"string\",\"pattern\":\"^(?:\\\\S+\\\\s+){0,29}\\\\S+$\",\"minLength\":1,\"maxLength\":300}",
                "{\"type\":\"string\",\"pattern\":\"[ab]{40}\"}",
                "{\"type\":\"string\",\"pattern\":\"^[ab]{30,33}$|^a{64} *$\",\"maxLength\":66}",
                "{\"type\":\"string\",\"allOf\":[{\"pattern\":\"^[ab ]{0,90}$\"},{\"pattern\":\"^(a b ){20,}$\"}]}",
                "{\"type\":\"array\",\"items\":{\"type\":\"number\"}}",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"boolean\"}},\"additionalProperties\":{\"type\":\"string\"}}"
            })
    void masksOfSchemasHoldWhatTheParserTakes(String schema) {
        GrammarBuilder builder = new GrammarBuilder();
        Rule rule = builder.rule("root");
        JsonSchemaCompiler.compile(schema, Whitespace.COMPACT, builder, rule);
        walk(new TokenAutomaton(new Automaton(builder.build(rule)), vocabulary));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "root ::= [^\\n]* \"\\n\" root | \"end\"",
                "root ::= \"(\" root \")\" | root root | \"a\"",
                "root ::= .{0,9}"
            })
    void masksOfGrammarsHoldWhatTheParserTakes(String text) {
        GrammarBuilder builder = new GrammarBuilder();
        Rule rule = builder.rule("start");
        GbnfCompiler.compile(text, builder, rule);
        walk(new TokenAutomaton(new Automaton(builder.build(rule)), vocabulary));
    }

    /** Random texts of the language: at each place, every token's bit is what the parser says of its bytes. */
    private void walk(TokenAutomaton automaton) {
        Random random = new Random(7);
        long[] allowed = new long[vocabulary.words()];
        for (int run = 0; run < 4; run++) {
            ParseSet at = automaton.initial();
            for (int i = 0; i < 12; i++) {
                automaton.mask(at, allowed);
                List<Integer> choices = new ArrayList<>();
                for (int token = 0; token < pieces.length; token++) {
                    boolean bit = (allowed[token >> 6] >>> token & 1) != 0;
                    assertThat(bit)
                            .as("token %d", token)
                            .isEqualTo(automaton.step(at, token).isPresent());
                    if (bit) {
                        choices.add(token);
                    }
                }
                assertThat(at.accepting() || !choices.isEmpty()).isTrue();
                if (choices.isEmpty()) {
                    break;
                }
                Optional<ParseSet> next = automaton.step(at, choices.get(random.nextInt(choices.size())));
                at = next.orElseThrow();
            }
        }
    }
}
