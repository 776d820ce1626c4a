package io.jgemma.engine.text;

import io.jgemma.engine.gguf.GgufMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds the tokenizer that a model's file describes. */
public final class Tokenizers {
    static final String MODEL = "tokenizer.ggml.model";
    static final String PRE = "tokenizer.ggml.pre";

    private Tokenizers() {}

    /**
     * The tokenizer that the file's metadata describes; {@link Tokenizer#warnings} says what is doubtful in it, for whoever
     * opens the model to pass on.
     *
     * @throws TokenizerException if the kind of vocabulary is not supported or its parts do not fit together; the message
     *     names file and key
     */
    public static Tokenizer of(GgufMetadata metadata) {
        try {
            return of(new GgufFields(metadata));
        } catch (TokenizerException e) {
            throw new TokenizerException(metadata.file() + ": " + e.getMessage(), e);
        }
    }

    static Tokenizer of(TokenizerFields fields) {
        if (!fields.has(MODEL)) {
            throw new TokenizerException(MODEL + " is missing: the file holds no tokenizer");
        }
        String model = fields.string(MODEL);
        return switch (model) {
            case "llama" -> sentencePiece(fields);
            case "gpt2" -> byteLevel(fields);
            default ->
                throw new TokenizerException(MODEL + " is \"" + model
                        + "\"; supported are \"llama\" (SentencePiece) and \"gpt2\" (byte-level BPE)");
        };
    }

    private static Tokenizer sentencePiece(TokenizerFields fields) {
        require(fields, VocabularyReader.SCORES, "SentencePiece merges by score");
        List<String> warnings = new ArrayList<>();
        Vocabulary vocabulary = VocabularyReader.read(fields, true, true, warnings);
        return new FramedTokenizer(vocabulary, SpmCodec.of(vocabulary), warnings);
    }

    private static Tokenizer byteLevel(TokenizerFields fields) {
        require(fields, BpeCodec.MERGES, "byte-level BPE cannot merge without them");
        List<String> warnings = new ArrayList<>();
        PreTokenizer rules = preTokenizer(fields, warnings);
        Vocabulary vocabulary = VocabularyReader.read(fields, rules.addBos(), false, warnings);
        BpeCodec codec = BpeCodec.of(vocabulary, fields.strings(BpeCodec.MERGES), rules, warnings);
        return new FramedTokenizer(vocabulary, codec, warnings);
    }

    private static PreTokenizer preTokenizer(TokenizerFields fields, List<String> warnings) {
        if (!fields.has(PRE)) {
            warnings.add(PRE + " is missing; words are cut by the default rules, and answers may suffer");
            return PreTokenizer.DEFAULT;
        }
        String name = fields.string(PRE);
        if (PreTokenizer.unsupported(name)) {
            throw new TokenizerException(PRE + " is \"" + name + "\", whose rules for cutting text into words are not"
                    + " supported: the model would read other tokens than it was trained on. Supported are "
                    + String.join(", ", PreTokenizer.names()));
        }
        Optional<PreTokenizer> rules = PreTokenizer.named(name);
        if (rules.isEmpty()) {
            warnings.add(
                    PRE + " \"" + name + "\" is unknown; words are cut by the default rules, and answers may suffer"
                            + " (known: " + String.join(", ", PreTokenizer.names()) + ")");
        }
        return rules.orElse(PreTokenizer.DEFAULT);
    }

    private static void require(TokenizerFields fields, String key, String reason) {
        for (String needed : List.of(VocabularyReader.TOKENS, key)) {
            if (!fields.has(needed)) {
                throw new TokenizerException(needed + " is missing" + (needed.equals(key) ? ": " + reason : ""));
            }
        }
    }
}
