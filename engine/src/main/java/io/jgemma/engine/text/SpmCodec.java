package io.jgemma.engine.text;

import java.util.Arrays;

/**
 * SentencePiece vocabularies with scores: characters merge to pieces, the piece with the highest score first, of equals
 * the leftmost; characters that are no piece are spelled in byte tokens. Spaces are written U+2581 inside.
 */
final class SpmCodec implements FragmentCodec {
    private static final int SPACE = 0x2581;
    private static final byte[] SPACE_BYTES = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};

    private final Vocabulary vocabulary;
    /** The signed merge priority of each piece, lowest first. */
    private final int[] priorities;

    private final NeighbourFilter neighbours;
    private final int[] byteIds = new int[256];
    private final boolean spacePrefix;

    private SpmCodec(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        spacePrefix = vocabulary.addSpacePrefix();
        Pieces pieces = vocabulary.pieces();
        priorities = new int[pieces.count()];
        neighbours = new NeighbourFilter(pieces.bytes().length);
        Arrays.fill(byteIds, Vocabulary.NONE);
        for (int id = 0; id < pieces.count(); id++) {
            if (mergeable(id)) {
                priorities[id] = priority(vocabulary.score(id));
                neighbours.addAll(pieces.bytes(), pieces.from(id), pieces.to(id));
            } else if (vocabulary.type(id) == TokenType.BYTE) {
                byteIds[ByteNames.value(pieces.text(id))] = id;
            }
        }
    }

    static SpmCodec of(Vocabulary vocabulary) {
        return new SpmCodec(vocabulary);
    }

    /** Floats as integers in the opposite order; both zeros are equal. */
    private static int priority(float score) {
        int bits = Float.floatToIntBits(score + 0f);
        return ~(bits >= 0 ? bits : bits ^ Integer.MAX_VALUE);
    }

    private boolean mergeable(int id) {
        TokenType type = vocabulary.type(id);
        return type == TokenType.NORMAL || type == TokenType.USER_DEFINED;
    }

    @Override
    public byte[] bytes(int id) {
        Pieces pieces = vocabulary.pieces();
        if (vocabulary.type(id) == TokenType.BYTE) {
            return new byte[] {(byte) ByteNames.value(pieces.text(id))};
        }
        byte[] piece = Arrays.copyOfRange(pieces.bytes(), pieces.from(id), pieces.to(id));
        int length = 0;
        for (int at = 0; at < piece.length; at++) {
            if (at + 3 <= piece.length && Arrays.equals(piece, at, at + 3, SPACE_BYTES, 0, 3)) {
                piece[length++] = ' ';
                at += 2;
            } else {
                piece[length++] = piece[at];
            }
        }
        return Arrays.copyOf(piece, length);
    }

    @Override
    public Encoder encoder() {
        return new SegmentMerger();
    }

    /** One encoding; works on segments that no merge can leave. */
    private final class SegmentMerger implements Encoder {
        private final Merger merger = new Merger((left, right, from, to) -> candidate(from, to));
        private final ByteSink segment = new ByteSink();

        @Override
        public void encode(byte[] text, int from, int to, IntSink ids) {
            int last = -1;
            if (spacePrefix) {
                add(SPACE_BYTES, 0, SPACE_BYTES.length);
                last = SPACE;
            }
            for (int at = from; at < to; ) {
                int length = Utf8.length(text[at]);
                boolean space = text[at] == ' ';
                int codePoint = space ? SPACE : Utf8.codePoint(text, at);
                if (last >= 0 && !neighbours.mayJoin(last, codePoint)) {
                    flush(ids);
                }
                if (space) {
                    add(SPACE_BYTES, 0, SPACE_BYTES.length);
                } else {
                    add(text, at, at + length);
                }
                last = codePoint;
                at += length;
            }
            flush(ids);
        }

        private void add(byte[] text, int from, int to) {
            int at = segment.size();
            segment.add(text, from, to);
            merger.add(find(at, segment.size()), at, segment.size());
        }

        private int find(int from, int to) {
            int id = vocabulary.index().find(segment.array(), from, to);
            return id >= 0 && mergeable(id) ? id : Vocabulary.NONE;
        }

        private long candidate(int from, int to) {
            int id = find(from, to);
            return id < 0 ? MergeRule.NONE : (long) priorities[id] << 32 | id;
        }

        private void flush(IntSink ids) {
            merger.run();
            for (int i = 0; i < merger.count(); i++) {
                if (merger.id(i) >= 0) {
                    ids.add(merger.id(i));
                } else {
                    spell(merger.from(i), merger.to(i), ids);
                }
            }
            merger.begin();
            segment.clear();
        }

        /** A character that is no piece: its bytes, or else the token for unknown text. */
        private void spell(int from, int to, IntSink ids) {
            boolean spelled = true;
            for (int at = from; at < to; at++) {
                spelled &= byteIds[segment.array()[at] & 0xFF] >= 0;
            }
            if (!spelled) {
                if (vocabulary.unkId() < 0) {
                    throw new TokenizerException(
                            "U+%04X cannot be encoded: the vocabulary has neither bytes nor a token for unknown text"
                                    .formatted(Utf8.codePoint(segment.array(), from)));
                }
                ids.add(vocabulary.unkId());
                return;
            }
            for (int at = from; at < to; at++) {
                ids.add(byteIds[segment.array()[at] & 0xFF]);
            }
        }
    }
}
