package io.jgemma.engine.text;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What all vocabularies share: special tokens are cut out of the text, begin and end are added, and a
 * {@link FragmentCodec} does the rest.
 */
final class FramedTokenizer implements Tokenizer {
    private static final byte[] NO_BYTES = {};

    private final Vocabulary vocabulary;
    private final SpecialMatcher specials;
    private final FragmentCodec codec;
    private final List<String> warnings;

    FramedTokenizer(Vocabulary vocabulary, FragmentCodec codec, List<String> warnings) {
        this.vocabulary = vocabulary;
        this.specials = new SpecialMatcher(vocabulary);
        this.codec = codec;
        this.warnings = List.copyOf(warnings);
    }

    @Override
    public int[] encode(String text, EncodeOptions options) {
        byte[] bytes = Utf8.encode(text);
        IntSink ids = new IntSink();
        fragments(bytes, options.parseSpecial(), ids);
        return options.addSpecial() ? framed(ids) : ids.toArray();
    }

    private void fragments(byte[] bytes, boolean control, IntSink ids) {
        FragmentCodec.Encoder encoder = codec.encoder();
        int begin = 0;
        int at = 0;
        while (at < bytes.length) {
            int special = specials.mayBegin(bytes[at]) ? specials.match(bytes, at, bytes.length, control) : -1;
            if (special < 0) {
                at++;
                continue;
            }
            if (begin < at) {
                encoder.encode(bytes, begin, at, ids);
            }
            ids.add(special);
            at += vocabulary.pieces().length(special);
            begin = at;
        }
        if (begin < bytes.length) {
            encoder.encode(bytes, begin, bytes.length, ids);
        }
    }

    private int[] framed(IntSink ids) {
        int bos = vocabulary.bosId();
        int eos = vocabulary.eosId();
        boolean begin = vocabulary.addBos() && (ids.size() == 0 || ids.get(0) != bos);
        boolean end = vocabulary.addEos() && (ids.size() == 0 || ids.get(ids.size() - 1) != eos);
        IntSink framed = new IntSink();
        if (begin) {
            framed.add(bos);
        }
        for (int i = 0; i < ids.size(); i++) {
            framed.add(ids.get(i));
        }
        if (end) {
            framed.add(eos);
        }
        return framed.toArray();
    }

    @Override
    public String decode(int[] ids, boolean special) {
        TextAssembler text = new TextAssembler(this, special, true);
        for (int id : ids) {
            text.add(id);
        }
        return text.take(text.size());
    }

    @Override
    public byte[] pieceBytes(int id, boolean special) {
        return switch (vocabulary.type(id)) {
            case NORMAL, USER_DEFINED, BYTE -> codec.bytes(id);
            case CONTROL, UNKNOWN, UNUSED -> special ? vocabulary.piece(id).getBytes(StandardCharsets.UTF_8) : NO_BYTES;
        };
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public List<String> warnings() {
        return warnings;
    }
}
