package io.jgemma.engine.text;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a byte-level BPE vocabulary cuts text into words before merging, known by {@code tokenizer.ggml.pre}.
 *
 * @param stages each cuts further what the one before it left
 * @param wholeWords a word that is a token is taken whole, whatever the merges say
 * @param addBos texts begin with the begin token where the file does not say
 * @param nfc text is brought to Unicode's composed normal form first
 */
record PreTokenizer(List<WordScanner> stages, boolean wholeWords, boolean addBos, boolean nfc) {
    private static final PreTokenizer GPT_2 = plain(WordScanners::gpt2);
    private static final PreTokenizer LLAMA_3 =
            new PreTokenizer(List.of(WordScanners::digitTriples), true, true, false);
    private static final PreTokenizer QWEN_2 =
            new PreTokenizer(List.of(WordScanners::digitSingles), false, false, true);
    private static final PreTokenizer SINGLE_NUMBERS = plain(WordScanners::singleNumbers, WordScanners::gpt2);

    /** For files that name no rules, or unknown ones. */
    static final PreTokenizer DEFAULT = plain(
            WordScanners::punctuationRuns, WordScanners::gpt2, WordScanners::numberRuns, WordScanners::asciiTriples);

    private static final Map<String, PreTokenizer> BY_NAME = Map.ofEntries(
            Map.entry("default", DEFAULT),
            Map.entry("gpt-2", GPT_2),
            Map.entry("phi-2", GPT_2),
            Map.entry("olmo", GPT_2),
            Map.entry("mpt", GPT_2),
            Map.entry("llama-bpe", LLAMA_3),
            Map.entry("llama3", LLAMA_3),
            Map.entry("llama-v3", LLAMA_3),
            Map.entry("falcon3", LLAMA_3),
            Map.entry("dbrx", plain(WordScanners::digitTriples)),
            Map.entry("smaug-bpe", plain(WordScanners::digitTriples)),
            Map.entry("qwen2", QWEN_2),
            Map.entry("deepseek-r1-qwen", QWEN_2),
            Map.entry("smollm", SINGLE_NUMBERS),
            Map.entry("starcoder", SINGLE_NUMBERS),
            Map.entry("refact", SINGLE_NUMBERS),
            Map.entry("command-r", SINGLE_NUMBERS),
            Map.entry("codeshell", SINGLE_NUMBERS));

    /** The rules of this name, if they are known. */
    static Optional<PreTokenizer> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** The names in alphabetical order. */
    static List<String> names() {
        return BY_NAME.keySet().stream().sorted().toList();
    }

    /** Hands each word of {@code text[from, to)} to {@code words}. */
    void split(byte[] text, int from, int to, WordSink words) {
        split(0, text, from, to, words);
    }

    private void split(int stage, byte[] text, int from, int to, WordSink words) {
        WordScanner scanner = stages.get(stage);
        boolean last = stage == stages.size() - 1;
        int at = from;
        while (at < to) {
            int end = scanner.end(text, at, to);
            if (last) {
                words.word(text, at, end);
            } else {
                split(stage + 1, text, at, end, words);
            }
            at = end;
        }
    }

    private static PreTokenizer plain(WordScanner... stages) {
        return new PreTokenizer(List.of(stages), false, false, false);
    }

    /** Gets words one after the other. */
    @FunctionalInterface
    interface WordSink {
        void word(byte[] text, int from, int to);
    }
}
