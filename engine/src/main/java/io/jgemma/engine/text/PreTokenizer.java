package io.jgemma.engine.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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

    private static final PreTokenizer SINGLE_DIGITS = plain(WordScanners::digitSingles);
    private static final PreTokenizer DIGIT_TRIPLES = plain(WordScanners::digitTriples);
    private static final PreTokenizer GPT_4O = plain(CasedWordScanners::gpt4o);
    private static final PreTokenizer UNBROKEN = plain(WordScanners::unbrokenWords);

    /** Rules and the names that files know them by: one for each family that took over a tokenizer. */
    private static final Map<String, PreTokenizer> BY_NAME = named(Map.ofEntries(
            Map.entry("default", DEFAULT),
            Map.entry(
                    "gpt-2 phi-2 olmo mpt jais trillion granite-docling exaone4 gigachat a.x-4.0 mellum modern-bert jina-es"
                            + " jina-de jina-v1-en jina-v2-es jina-v2-de jina-v2-code roberta-bpe",
                    GPT_2),
            Map.entry("llama-bpe llama3 llama-v3 laguna falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano", LLAMA_3),
            Map.entry("dbrx smaug-bpe glm4 chatglm-bpe", DIGIT_TRIPLES),
            Map.entry("qwen2 deepseek-r1-qwen kormo f2llmv2 megrez", QWEN_2),
            Map.entry("stablelm2 hunyuan solar-open grok-2 openpangu bailingmoe bailingmoe2 llada-moe", SINGLE_DIGITS),
            Map.entry("qwen35", new PreTokenizer(List.of(WordScanners::markedWords), false, false, true)),
            Map.entry("seed-coder", plain(WordScanners::digitSinglesWithoutLineEnds)),
            Map.entry(
                    "smollm starcoder refact command-r cohere2_moe codeshell exaone minerva-7b mellum2",
                    SINGLE_NUMBERS),
            Map.entry("tekken", new PreTokenizer(List.of(CasedWordScanners::tekken), true, true, false)),
            Map.entry("gpt-4o llama4 kanana2 talkie minimax-m2", GPT_4O),
            Map.entry(
                    "minicpm5",
                    new PreTokenizer(
                            List.of(WordScanners::numberTriples, WordScanners::digitRuns), true, false, false)),
            Map.entry("falcon", plain(WordScanners::signRuns, WordScanners::gpt2, WordScanners::asciiTriples)),
            Map.entry("bloom poro-chat gpt3-finnish", UNBROKEN),
            Map.entry("viking", plain(WordScanners::unbrokenWords, WordScanners::singleNumbers))));

    /** Names that other engines know and whose rules are not here: text cut by other rules would be read wrongly. */
    private static final Set<String> UNSUPPORTED = Set.of(
            "afmoe",
            "chameleon",
            "cohere2moe",
            "deepseek-coder",
            "deepseek-llm",
            "deepseek-v3",
            "exaone-moe",
            "gemma4",
            "granite-embed-multi-311m",
            "granite-embed-multi-97m",
            "hunyuan-dense",
            "jais-2",
            "joyai-llm",
            "kimi-k2",
            "sarvam-moe",
            "superbpe",
            "tiny_aya",
            "whitespace",
            "youtu");

    private static Map<String, PreTokenizer> named(Map<String, PreTokenizer> byNames) {
        Map<String, PreTokenizer> byName = new HashMap<>();
        byNames.forEach((names, rules) -> {
            for (String name : names.split(" ", -1)) {
                byName.put(name, rules);
            }
        });
        return Map.copyOf(byName);
    }

    /** Whether other engines know this name and jgemma does not have its rules. */
    static boolean unsupported(String name) {
        return UNSUPPORTED.contains(name);
    }

    /** The names of rules that are not here. */
    static Set<String> unsupportedNames() {
        return UNSUPPORTED;
    }

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
