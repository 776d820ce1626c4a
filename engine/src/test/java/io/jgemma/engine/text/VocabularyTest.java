package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class VocabularyTest {
    private static final List<String> CHAT =
            List.of("<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>", "a", "</s>", "<b>");

    private static MapFields chat(int... types) {
        return MapFields.spm(CHAT, types, new float[CHAT.size()])
                .with(VocabularyReader.BOS, 2)
                .with(VocabularyReader.EOS, 1);
    }

    @Test
    void rolesComeFromTheFile() {
        MapFields fields = chat(3, 3, 3, 2, 3, 3, 1, 4, 4)
                .with(VocabularyReader.PADDING, 0)
                .with(VocabularyReader.UNKNOWN, 3)
                .with(VocabularyReader.EOT, 5);
        Vocabulary vocabulary = Tokenizers.of(fields).vocabulary();
        assertThat(vocabulary.size()).isEqualTo(CHAT.size());
        assertThat(vocabulary.bosId()).isEqualTo(2);
        assertThat(vocabulary.eosId()).isEqualTo(1);
        assertThat(vocabulary.eotId()).isEqualTo(5);
        assertThat(vocabulary.unkId()).isEqualTo(3);
        assertThat(vocabulary.padId()).isEqualTo(0);
        assertThat(vocabulary.piece(6)).isEqualTo("a");
        assertThat(vocabulary.id("a")).isEqualTo(6);
        assertThat(vocabulary.id("b")).isEqualTo(Vocabulary.NONE);
        assertThat(vocabulary.type(8)).isEqualTo(TokenType.USER_DEFINED);
        assertThat(vocabulary.isControl(3)).isTrue();
        assertThat(vocabulary.isControl(8)).isFalse();
        assertThat(vocabulary.addBos()).isTrue();
        assertThat(vocabulary.addEos()).isFalse();
        assertThat(vocabulary.addSpacePrefix()).isTrue();
    }

    @Test
    void markersThatTheFileMislabelsAreControlTokens() {
        for (int type : new int[] {1, 4}) {
            Vocabulary vocabulary = Tokenizers.of(chat(type, type, type, type, type, type, type, 4, 4))
                    .vocabulary();
            for (int id : new int[] {0, 1, 2, 4, 5}) {
                assertThat(vocabulary.isControl(id)).as(CHAT.get(id)).isTrue();
            }
            assertThat(vocabulary.isControl(6)).isFalse();
            assertThat(vocabulary.isControl(8)).isFalse();
            assertThat(vocabulary.endOfGenerationIds()).containsExactly(1, 5);
            assertThat(vocabulary.eotId()).isEqualTo(5);
        }
    }

    @Test
    void barredNamesAreControlTokensUnlessTheFileSaysUserDefined() {
        List<String> tokens =
                List.of("a", "<|im_end|>", "<|tool_7|>", "<|fim_pad|>", "<|>", "<|a<b|>", "<\uFF5CUser\uFF5C>");
        Vocabulary vocabulary = Tokenizers.of(MapFields.bpe(tokens, new int[] {1, 1, 1, 4, 1, 1, 4}, List.of()))
                .vocabulary();
        assertThat(vocabulary.isControl(1)).isTrue();
        assertThat(vocabulary.isControl(2)).isTrue();
        assertThat(vocabulary.isControl(3)).isFalse();
        assertThat(vocabulary.isControl(4)).isFalse();
        assertThat(vocabulary.isControl(5)).isFalse();
        assertThat(vocabulary.isControl(6)).isTrue();
        assertThat(vocabulary.endOfGenerationIds()).containsExactly(1);
        assertThat(vocabulary.isEndOfGeneration(1)).isTrue();
        assertThat(vocabulary.isEndOfGeneration(2)).isFalse();
    }

    @Test
    void anHtmlTagEndsNoAnswer() {
        Vocabulary tag = Tokenizers.of(chat(3, 3, 3, 2, 3, 3, 1, 4, 4)).vocabulary();
        assertThat(tag.isEndOfGeneration(7)).isFalse();
        Vocabulary marker = Tokenizers.of(chat(3, 3, 3, 2, 3, 3, 1, 3, 4)).vocabulary();
        assertThat(marker.endOfGenerationIds()).containsExactly(1, 5, 7);
        Vocabulary named = Tokenizers.of(chat(3, 3, 3, 2, 3, 3, 1, 4, 4).with(VocabularyReader.EOS, 7))
                .vocabulary();
        assertThat(named.endOfGenerationIds()).containsExactly(1, 5, 7);
        assertThat(named.isControl(7)).isTrue();
    }

    @Test
    void endOfMessageAndChannelsOfAnAnswer() {
        List<String> tokens = List.of("a", "<|end|>", "<|return|>", "<|call|>", "<|eom_id|>", "x");
        MapFields fields = MapFields.bpe(tokens, new int[] {1, 3, 3, 3, 3, 1}, List.of());
        assertThat(Tokenizers.of(fields).vocabulary().endOfGenerationIds()).containsExactly(2, 3, 4);
        assertThat(Tokenizers.of(fields.with(VocabularyReader.EOM, 5))
                        .vocabulary()
                        .endOfGenerationIds())
                .containsExactly(2, 3, 4, 5);
        MapFields phi = MapFields.bpe(List.of("a", "<|end|>"), new int[] {1, 3}, List.of());
        assertThat(Tokenizers.of(phi).vocabulary().endOfGenerationIds()).containsExactly(1);
        assertThat(Tokenizers.of(phi).vocabulary().eotId()).isEqualTo(1);
    }

    @Test
    void anOrdinaryTokenInASpecialRoleStaysText() {
        Tokenizer tokenizer = Tokenizers.of(
                MapFields.bpe(List.of("!", "\""), new int[] {1, 1}, List.of()).with(VocabularyReader.EOS, 1));
        assertThat(tokenizer.vocabulary().isEndOfGeneration(1)).isTrue();
        assertThat(tokenizer.decode(new int[] {0, 1})).isEqualTo("!\"");
    }

    @Test
    void withoutTypesBytesAndMarkersAreKnownByName() {
        MapFields fields = MapFields.spm(List.of("<unk>", "<s>", "</s>", "<0x41>", "a"), new int[0], new float[5]);
        Vocabulary vocabulary = Tokenizers.of(fields).vocabulary();
        assertThat(vocabulary.type(0)).isEqualTo(TokenType.UNKNOWN);
        assertThat(vocabulary.bosId()).isEqualTo(1);
        assertThat(vocabulary.isEndOfGeneration(2)).isTrue();
        assertThat(vocabulary.type(3)).isEqualTo(TokenType.BYTE);
        assertThat(vocabulary.type(4)).isEqualTo(TokenType.NORMAL);
    }

    @Test
    void idsBeyondTheVocabularyAreIgnoredWithAWarning() {
        Tokenizer tokenizer = Tokenizers.of(chat(3, 3, 3, 2, 3, 3, 1, 4, 4).with(VocabularyReader.PADDING, 9));
        assertThat(tokenizer.vocabulary().padId()).isEqualTo(Vocabulary.NONE);
        assertThat(tokenizer.warnings())
                .singleElement()
                .asString()
                .contains(VocabularyReader.PADDING, "is 9", "9 tokens");
        Tokenizer none = Tokenizers.of(chat(3, 3, 3, 2, 3, 3, 1, 4, 4).with(VocabularyReader.PADDING, -1));
        assertThat(none.warnings()).isEmpty();
    }

    @Test
    void framingWithoutTheTokenIsAWarning() {
        MapFields fields = MapFields.bpe(List.of("a"), new int[] {1}, List.of())
                .with(VocabularyReader.ADD_BOS, true)
                .with(VocabularyReader.ADD_EOS, true);
        Tokenizer tokenizer = Tokenizers.of(fields);
        assertThat(tokenizer.warnings()).anyMatch(w -> w.contains(VocabularyReader.ADD_BOS));
        assertThat(tokenizer.warnings()).anyMatch(w -> w.contains(VocabularyReader.ADD_EOS));
        assertThat(tokenizer.encode("a", EncodeOptions.PROMPT)).containsExactly(0);
    }

    @Test
    void badTablesAreRefusedByKey() {
        refused(MapFields.spm(List.of(), new int[0], new float[0]), VocabularyReader.TOKENS);
        refused(MapFields.spm(List.of("a", "b"), new int[] {1}, new float[2]), "expected 2 entries");
        refused(MapFields.spm(List.of("a", "b"), new int[] {1, 7}, new float[2]), "token 1: expected 1 to 6, got 7");
        refused(MapFields.spm(List.of("a", "b"), new int[] {1, 6}, new float[2]), "got \"b\"");
        refused(MapFields.spm(List.of("a", "b"), new int[] {1, 1}, new float[3]), "got 3");
        refused(MapFields.spm(List.of("a", "b"), new int[] {1, 1}, new float[] {0, Float.NaN}), "token 1");
    }

    private static void refused(TokenizerFields fields, String message) {
        assertThatThrownBy(() -> Tokenizers.of(fields))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining(message);
    }
}
