package io.jgemma.engine.text;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What all vocabularies share: special tokens are cut out of the text, begin and end are added, and a
 * {@link FragmentCodec} does the rest.
 */
final class FramedTokenizer implements Tokenizer {
    private static final byte[] NO_BYTES = {};
    private static final int[] NOWHERE = {};

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
        int[] control = options.parseSpecial() ? new int[] {0, bytes.length} : NOWHERE;
        return encode(bytes, control, options.addSpecial());
    }

    @Override
    public int[] encode(PromptText prompt, boolean addSpecial) {
        return encode(Utf8.encode(prompt.text()), prompt.byteBounds(), addSpecial);
    }

    private int[] encode(byte[] bytes, int[] control, boolean addSpecial) {
        IntSink ids = new IntSink();
        fragments(bytes, control, ids);
        return addSpecial ? framed(ids) : ids.toArray();
    }

    /** @param control begin and end of each stretch in which control tokens count */
    private void fragments(byte[] bytes, int[] control, IntSink ids) {
        FragmentCodec.Encoder encoder = codec.encoder();
        int begin = 0;
        int at = 0;
        int stretch = 0;
        while (at < bytes.length) {
            while (stretch < control.length && control[stretch + 1] <= at) {
                stretch += 2;
            }
            boolean inside = stretch < control.length && control[stretch] <= at;
            int controlEnd = inside ? control[stretch + 1] : at;
            int special = specials.mayBegin(bytes[at]) ? specials.match(bytes, at, bytes.length, controlEnd) : -1;
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
