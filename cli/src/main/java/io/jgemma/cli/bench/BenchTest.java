package io.jgemma.cli.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing to measure.
 *
 * @param promptTokens prompt tokens computed together
 * @param generatedTokens tokens then computed one by one
 * @param depthTokens tokens in the context before the clock starts
 */
record BenchTest(int promptTokens, int generatedTokens, int depthTokens) {

    /** Every prompt length and every generation length alone, and every pair together, at every depth. */
    static List<BenchTest> plan(
            List<Integer> prompts, List<Integer> generations, List<PromptThenGeneration> pairs, List<Integer> depths) {
        List<BenchTest> tests = new ArrayList<>();
        for (int depth : depths) {
            prompts.stream().filter(n -> n > 0).forEach(n -> tests.add(new BenchTest(n, 0, depth)));
            generations.stream().filter(n -> n > 0).forEach(n -> tests.add(new BenchTest(0, n, depth)));
            for (PromptThenGeneration pair : pairs) {
                if (pair.prompt() + pair.generation() > 0) {
                    tests.add(new BenchTest(pair.prompt(), pair.generation(), depth));
                }
            }
        }
        return tests;
    }

    /** A prompt and a generation measured as one.
     *
     * @param prompt prompt tokens
     * @param generation tokens generated after it
     */
    record PromptThenGeneration(int prompt, int generation) {}

    /** Tokens the clock covers. */
    int tokens() {
        return promptTokens + generatedTokens;
    }

    /** Tokens in the context at the end. */
    long contextTokens() {
        return (long) depthTokens + promptTokens + generatedTokens;
    }

    /** Short name, e.g. {@code pp512}, {@code tg128 @ d4096}, {@code pp512+tg128}. */
    String label() {
        StringBuilder label = new StringBuilder();
        if (promptTokens > 0) {
            label.append("pp").append(promptTokens);
        }
        if (generatedTokens > 0) {
            label.append(promptTokens > 0 ? "+tg" : "tg").append(generatedTokens);
        }
        if (depthTokens > 0) {
            label.append(" @ d").append(depthTokens);
        }
        return label.toString();
    }
}
