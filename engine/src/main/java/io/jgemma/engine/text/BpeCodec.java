package io.jgemma.engine.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/**
 * Byte-level BPE: text is cut into words, and within a word bytes merge in the order of the vocabulary's merges. A byte
 * without a token (small vocabularies lack control characters that their training text lacked) becomes the token for
 * unknown text; where there is none it is left out before merging, as in training.
 */
final class BpeCodec implements FragmentCodec {
    static final String MERGES = "tokenizer.ggml.merges";

    private final Vocabulary vocabulary;
    private final PairIndex merges;
    private final PreTokenizer preTokenizer;
    private final ByteLevel alphabet = new ByteLevel();
    private final int[] byteIds = new int[256];
    private final int unknown;

    private BpeCodec(Vocabulary vocabulary, PairIndex merges, PreTokenizer preTokenizer) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.preTokenizer = preTokenizer;
        ByteSink letter = new ByteSink();
        for (int value = 0; value < 256; value++) {
            letter.clear();
            alphabet.encode(new byte[] {(byte) value}, 0, 1, letter);
            byteIds[value] = normal(letter);
        }
        int unk = vocabulary.unkId();
        unknown = unk >= 0 && vocabulary.type(unk) == TokenType.UNKNOWN ? unk : Vocabulary.NONE;
    }

    /**
     * Builds the table of merges.
     *
     * @param merges "left right" in order of priority, in the byte-level alphabet
     * @param warnings gets a line if merges name tokens that do not exist
     */
    static BpeCodec of(Vocabulary vocabulary, Utf8Strings merges, PreTokenizer preTokenizer, List<String> warnings) {
        PairIndex pairs = new PairIndex(merges.size());
        int unusable = 0;
        int merged = 0;
        for (int rank = 0; rank < merges.size(); rank++) {
            byte[] text = merges.get(rank);
            int found = add(vocabulary, text, rank, merged, pairs);
            if (found >= 0) {
                merged = found;
            } else if (unusable++ == 0) {
                warnings.add(MERGES + " entry " + rank + " (\"" + new String(merges.get(rank), StandardCharsets.UTF_8)
                        + "\") names a token that does not exist");
            }
        }
        if (unusable > 1) {
            warnings.add(MERGES + ": " + unusable + " of " + merges.size() + " entries name tokens that do not exist");
        }
        BpeCodec codec = new BpeCodec(vocabulary, pairs, preTokenizer);
        codec.warnOfMissingBytes(warnings);
        return codec;
    }

    /** Characters that people write begin with 0x20 to 0xF4 in UTF-8; the rest is not missed. */
    private void warnOfMissingBytes(List<String> warnings) {
        StringJoiner missing = new StringJoiner(", ");
        for (int value = 0x20; value <= 0xF4; value++) {
            boolean rare = value == 0x7F || value == 0xC0 || value == 0xC1 || value == 0xF1 || value == 0xF2;
            if (byteIds[value] < 0 && !rare) {
                missing.add("0x%02X".formatted(value));
            }
        }
        if (missing.length() > 0 && unknown < 0) {
            warnings.add(
                    "the vocabulary has no token for the bytes " + missing + "; characters that need them lose them");
        }
    }

    /**
     * Adds one merge.
     *
     * @param text "left right", overwritten
     * @param lastMerged result of the merge before; vocabularies are made in order of their merges, so this one's is
     *     mostly the same or the next
     * @return the merged token, or -1 if one of the three does not exist
     */
    private static int add(Vocabulary vocabulary, byte[] text, int rank, int lastMerged, PairIndex pairs) {
        int end = text.length;
        int space = 1;
        while (space < end && text[space] != ' ') {
            space++;
        }
        if (space + 1 >= end) {
            return Vocabulary.NONE;
        }
        PieceIndex ids = vocabulary.index();
        int left = ids.find(text, 0, space);
        int right = ids.find(text, space + 1, end);
        if (left < 0 || right < 0) {
            return Vocabulary.NONE;
        }
        System.arraycopy(text, space + 1, text, space, end - space - 1);
        int merged = Vocabulary.NONE;
        Pieces pieces = vocabulary.pieces();
        for (int guess = lastMerged; guess <= lastMerged + 1 && guess < pieces.count() && merged < 0; guess++) {
            merged = pieces.equal(guess, text, 0, end - 1) ? guess : Vocabulary.NONE;
        }
        if (merged < 0) {
            merged = ids.find(text, 0, end - 1);
        }
        if (merged >= 0) {
            pairs.add(left, right, rank, merged);
        }
        return merged;
    }

    /** The token for ordinary text spelled like this, or -1. */
    private int normal(ByteSink spelled) {
        int id = vocabulary.index().find(spelled.array(), 0, spelled.size());
        return id >= 0 && vocabulary.type(id) == TokenType.NORMAL ? id : Vocabulary.NONE;
    }

    @Override
    public byte[] bytes(int id) {
        Pieces pieces = vocabulary.pieces();
        return vocabulary.type(id) == TokenType.NORMAL
                ? alphabet.decode(pieces.bytes(), pieces.from(id), pieces.to(id))
                : Arrays.copyOfRange(pieces.bytes(), pieces.from(id), pieces.to(id));
    }

    @Override
    public Encoder encoder() {
        return new WordMerger();
    }

    private long candidate(int leftId, int rightId) {
        return leftId < 0 || rightId < 0 ? MergeRule.NONE : merges.find(leftId, rightId);
    }

    /** One encoding. */
    private final class WordMerger implements Encoder {
        private final Merger merger = new Merger((left, right, from, to) -> candidate(left, right));
        private final ByteSink spelled = new ByteSink();

        @Override
        public void encode(byte[] text, int from, int to, IntSink ids) {
            PreTokenizer.WordSink sink = (bytes, wordFrom, wordTo) -> word(bytes, wordFrom, wordTo, ids);
            if (preTokenizer.nfc()) {
                byte[] normal = Nfc.normalize(text, from, to);
                preTokenizer.split(normal, 0, normal.length, sink);
            } else {
                preTokenizer.split(text, from, to, sink);
            }
        }

        private void word(byte[] text, int from, int to, IntSink ids) {
            int whole = preTokenizer.wholeWords() ? whole(text, from, to) : Vocabulary.NONE;
            if (whole >= 0) {
                ids.add(whole);
                return;
            }
            merger.begin();
            for (int at = from; at < to; at++) {
                int id = byteIds[text[at] & 0xFF];
                if (id >= 0 || unknown >= 0) {
                    merger.add(id, at, at + 1);
                }
            }
            merger.run();
            for (int i = 0; i < merger.count(); i++) {
                ids.add(merger.id(i) >= 0 ? merger.id(i) : unknown);
            }
        }

        private int whole(byte[] text, int from, int to) {
            if (to - from > vocabulary.index().longest()) {
                return Vocabulary.NONE;
            }
            spelled.clear();
            alphabet.encode(text, from, to, spelled);
            return normal(spelled);
        }
    }
}
