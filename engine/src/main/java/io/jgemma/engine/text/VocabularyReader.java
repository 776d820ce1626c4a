package io.jgemma.engine.text;

import io.jgemma.engine.text.Vocabulary.Framing;
import io.jgemma.engine.text.Vocabulary.SpecialIds;
import java.util.BitSet;
import java.util.List;

/** Reads a {@link Vocabulary} from metadata and puts right what files are known to get wrong. */
final class VocabularyReader {
    static final String TOKENS = "tokenizer.ggml.tokens";
    static final String TYPES = "tokenizer.ggml.token_type";
    static final String SCORES = "tokenizer.ggml.scores";
    static final String BOS = "tokenizer.ggml.bos_token_id";
    static final String EOS = "tokenizer.ggml.eos_token_id";
    static final String EOT = "tokenizer.ggml.eot_token_id";
    static final String EOM = "tokenizer.ggml.eom_token_id";
    static final String UNKNOWN = "tokenizer.ggml.unknown_token_id";
    static final String PADDING = "tokenizer.ggml.padding_token_id";
    static final String ADD_BOS = "tokenizer.ggml.add_bos_token";
    static final String ADD_EOS = "tokenizer.ggml.add_eos_token";
    static final String ADD_SPACE_PREFIX = "tokenizer.ggml.add_space_prefix";

    /** -1 in the unsigned 32 bits that special ids are stored in. */
    private static final long NONE_UNSIGNED = 0xFFFF_FFFFL;

    private static final List<String> BOS_NAMES =
            List.of("<bos>", "<s>", "<|begin_of_text|>", "<|startoftext|>", "<BOS_TOKEN>");

    private final TokenizerFields fields;
    private final List<String> warnings;
    private final Pieces pieces;
    private final PieceIndex index;
    private final TokenType[] types;

    private VocabularyReader(TokenizerFields fields, List<String> warnings) {
        this.fields = fields;
        this.warnings = warnings;
        Utf8Strings tokens = fields.strings(TOKENS);
        if (tokens.size() == 0) {
            throw new TokenizerException(TOKENS + ": the vocabulary is empty");
        }
        pieces = Pieces.of(tokens);
        index = new PieceIndex(pieces, id -> true);
        types = types();
    }

    /**
     * @param addBos whether texts begin with the begin token where the file does not say
     * @param spacePrefix whether this kind of vocabulary puts a space before stretches of text, unless the file says no
     * @param warnings gets a line for everything in the file that was doubtful
     */
    static Vocabulary read(TokenizerFields fields, boolean addBos, boolean spacePrefix, List<String> warnings) {
        VocabularyReader reader = new VocabularyReader(fields, warnings);
        return reader.vocabulary(addBos, spacePrefix);
    }

    private Vocabulary vocabulary(boolean addBosByDefault, boolean spacePrefix) {
        boolean addBos = fields.bool(ADD_BOS, addBosByDefault);
        boolean addEos = fields.bool(ADD_EOS, false);
        SpecialIds ids = specialIds(addBos);
        if (addBos && ids.bos() == Vocabulary.NONE) {
            warnings.add(ADD_BOS + " is set, but the vocabulary has no such token; texts begin without it");
            addBos = false;
        }
        if (addEos && ids.eos() == Vocabulary.NONE) {
            warnings.add(ADD_EOS + " is set, but the vocabulary has no such token; texts end without it");
            addEos = false;
        }
        Framing framing = new Framing(addBos, addEos, spacePrefix && fields.bool(ADD_SPACE_PREFIX, true));
        return new Vocabulary(pieces, index, types, scores(), ids, framing, endOfGeneration(ids));
    }

    private TokenType[] types() {
        TokenType[] read = new TokenType[pieces.count()];
        int[] numbers = fields.has(TYPES) ? fields.ints(TYPES) : new int[0];
        if (numbers.length != 0 && numbers.length != read.length) {
            throw new TokenizerException(
                    TYPES + ": expected " + read.length + " entries, one per token, got " + numbers.length);
        }
        for (int id = 0; id < read.length; id++) {
            boolean name = pieces.length(id) > 0 && pieces.bytes()[pieces.from(id)] == ControlNames.FIRST_BYTE;
            TokenType declared = numbers.length == 0 ? TokenType.NORMAL : TokenType.of(numbers[id], id);
            read[id] = name || declared == TokenType.BYTE ? type(id, declared, numbers.length == 0) : declared;
        }
        return read;
    }

    private TokenType type(int id, TokenType declared, boolean guess) {
        String piece = pieces.text(id);
        TokenType type = guess ? byName(piece) : declared;
        if (type == TokenType.BYTE && !ByteNames.valid(piece)) {
            throw new TokenizerException(
                    TYPES + " of token " + id + ": a byte token is written <0x00> to <0xFF>, got \"" + piece + "\"");
        }
        return ControlNames.control(piece, type) ? TokenType.CONTROL : type;
    }

    private static TokenType byName(String piece) {
        return switch (piece) {
            case "<unk>" -> TokenType.UNKNOWN;
            case "<s>", "</s>" -> TokenType.CONTROL;
            default -> ByteNames.valid(piece) ? TokenType.BYTE : TokenType.NORMAL;
        };
    }

    private float[] scores() {
        float[] scores = fields.has(SCORES) ? fields.floats(SCORES) : new float[0];
        if (scores.length != 0 && scores.length != types.length) {
            throw new TokenizerException(
                    SCORES + ": expected " + types.length + " entries, one per token, got " + scores.length);
        }
        for (int id = 0; id < scores.length; id++) {
            if (Float.isNaN(scores[id])) {
                throw new TokenizerException(SCORES + " of token " + id + ": expected a number, got NaN");
            }
        }
        return scores;
    }

    private SpecialIds specialIds(boolean addBos) {
        int bos = marked(BOS);
        if (bos == Vocabulary.NONE && addBos) {
            bos = named(BOS_NAMES);
        }
        int eot = marked(EOT);
        if (eot == Vocabulary.NONE) {
            eot = named(ControlNames.END_OF_TURN);
        }
        int unk = id(UNKNOWN);
        if (unk == Vocabulary.NONE) {
            unk = named(List.of("<unk>"));
        }
        return new SpecialIds(bos, marked(EOS), eot, unk, marked(PADDING));
    }

    private int named(List<String> names) {
        for (String name : names) {
            byte[] bytes = Utf8.encode(name);
            int id = index.find(bytes, 0, bytes.length);
            if (id >= 0 && (types[id] == TokenType.CONTROL || types[id] == TokenType.UNKNOWN)) {
                return id;
            }
        }
        return Vocabulary.NONE;
    }

    /** The id under {@code key}; a token that plays a special role and looks like a marker is one, whatever its type. */
    private int marked(String key) {
        int id = id(key);
        boolean text = id >= 0 && (types[id] == TokenType.NORMAL || types[id] == TokenType.USER_DEFINED);
        if (text && ControlNames.marker(pieces.text(id))) {
            types[id] = TokenType.CONTROL;
        }
        return id;
    }

    private int id(String key) {
        if (!fields.has(key)) {
            return Vocabulary.NONE;
        }
        long id = fields.integer(key);
        if (id >= 0 && id < types.length) {
            return (int) id;
        }
        if (id != Vocabulary.NONE && id != NONE_UNSIGNED) {
            warnings.add(key + " is " + id + ", outside the vocabulary of " + types.length + " tokens; ignored");
        }
        return Vocabulary.NONE;
    }

    private int[] endOfGeneration(SpecialIds ids) {
        BitSet ends = new BitSet();
        for (int id : new int[] {ids.eos(), ids.eot(), marked(EOM)}) {
            if (id >= 0) {
                ends.set(id);
            }
        }
        for (String name : ControlNames.END_OF_GENERATION) {
            int id = named(List.of(name));
            if (id >= 0) {
                ends.set(id);
            }
        }
        endsOfChannels(ids, ends);
        return ends.stream().toArray();
    }

    /** Where an answer has channels, {@code <|end|>} only ends one of them. */
    private void endsOfChannels(SpecialIds ids, BitSet ends) {
        int end = named(List.of("<|end|>"));
        boolean channels = named(List.of("<|return|>")) >= 0 && named(List.of("<|call|>")) >= 0;
        if (channels && end >= 0 && end != ids.eos()) {
            ends.clear(end);
        }
    }
}
