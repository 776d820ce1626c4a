package io.jgemma.server.run;

import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.text.EncodeOptions;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.engine.text.Vocabulary;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Prompts that ask a model for what stands between two texts, for models that were trained for it. */
public final class FillIn {
    /** How families spell the tokens before the prefix, before the suffix and before what is between. */
    private static final List<List<String>> SPELLINGS = List.of(
            List.of("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
            List.of("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
            List.of("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),
            List.of("<PRE>", "<SUF>", "<MID>"),
            List.of("▁<PRE>", "▁<SUF>", "▁<MID>"));

    private static final String FILE_SEPARATOR = "<|file_sep|>";
    private static final String REPOSITORY = "<|repo_name|>";

    private final Tokenizer tokenizer;
    private final int[] marks;

    private FillIn(Tokenizer tokenizer, int[] marks) {
        this.tokenizer = tokenizer;
        this.marks = marks;
    }

    /**
     * A file beside the one that is edited.
     *
     * @param name its name
     * @param text what is in it
     */
    public record Extra(String name, String text) {}

    /** For a model; empty when its vocabulary has no such tokens. */
    public static Optional<FillIn> of(Tokenizer tokenizer) {
        Vocabulary vocabulary = tokenizer.vocabulary();
        for (List<String> spelling : SPELLINGS) {
            int[] marks = spelling.stream().mapToInt(vocabulary::id).toArray();
            if (Arrays.stream(marks).noneMatch(id -> id == Vocabulary.NONE)) {
                return Optional.of(new FillIn(tokenizer, marks));
            }
        }
        return Optional.empty();
    }

    /** The prompt. Texts are text: control tokens spelled out in them stay text. */
    public Prompt prompt(String prefix, String suffix, List<Extra> extras) {
        Vocabulary vocabulary = tokenizer.vocabulary();
        int[] ids = vocabulary.addBos() && vocabulary.bosId() != Vocabulary.NONE
                ? new int[] {vocabulary.bosId()}
                : new int[0];
        int separator = vocabulary.id(FILE_SEPARATOR);
        if (!extras.isEmpty() && separator != Vocabulary.NONE && vocabulary.id(REPOSITORY) != Vocabulary.NONE) {
            ids = joined(ids, vocabulary.id(REPOSITORY), "project\n");
            for (Extra extra : extras) {
                ids = joined(ids, separator, extra.name() + "\n" + extra.text() + "\n");
            }
            ids = joined(ids, separator, "file\n");
        }
        ids = joined(ids, marks[0], prefix);
        ids = joined(ids, marks[1], suffix);
        ids = joined(ids, marks[2], "");
        return new Prompt.Tokens(ids);
    }

    private int[] joined(int[] ids, int mark, String text) {
        int[] more = tokenizer.encode(text, EncodeOptions.TEXT);
        int[] all = Arrays.copyOf(ids, ids.length + 1 + more.length);
        all[ids.length] = mark;
        System.arraycopy(more, 0, all, ids.length + 1, more.length);
        return all;
    }
}
