package io.jgemma.bench.guesses;

import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.EngineStatus;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Speculation;
import io.jgemma.engine.sample.SamplerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Answers with guessed tokens ({@link Speculation#NGRAM}) and without: their speed, and whether they are equal. There are 20 prompts about code, which ask
 * to repeat and to edit ten pieces of it, and some questions that are answered in prose. All at temperature 0, each prompt with and without guesses right
 * after each other, in changing order.
 *
 * <pre>java .. io.jgemma.bench.guesses.GuessedAnswers MODEL REPORT [ANSWER_TOKENS [ROUNDS]]</pre>
 */
public final class GuessedAnswers {

    private static final int CONTEXT_TOKENS = 4096;
    private static final int ANSWER_TOKENS = 256;
    private static final int ROUNDS = 3;
    private static final String MARK = "#### ";

    private final Engine engine;
    private final PrintWriter report;
    private final int answerTokens;

    private GuessedAnswers(Engine engine, PrintWriter report, int answerTokens) {
        this.engine = engine;
        this.report = report;
        this.answerTokens = answerTokens;
    }

    /** Writes a line for each prompt, and a sum for each kind. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 2) {
            throw new IllegalArgumentException(
                    "give a model's file and one for the report, and perhaps tokens of an answer and rounds");
        }
        int tokens = arguments.length > 2 ? Integer.parseInt(arguments[2]) : ANSWER_TOKENS;
        int rounds = arguments.length > 3 ? Integer.parseInt(arguments[3]) : ROUNDS;
        EngineOptions options = EngineOptions.of(Path.of(arguments[0])).withContextTokens(CONTEXT_TOKENS);
        try (Engine engine = Engine.open(options);
                PrintWriter report =
                        new PrintWriter(Files.newBufferedWriter(Path.of(arguments[1])), /* autoFlush= */ true)) {
            GuessedAnswers answers = new GuessedAnswers(engine, report, tokens);
            answers.compare("code", code(), rounds);
            answers.compare("prose", lines("prose.txt"), rounds);
        }
    }

    /** Seconds behind the first token, and tokens. */
    private record Answer(int[] ids, double seconds) {
        double speed() {
            return ids.length < 2 ? 0 : (ids.length - 1) / seconds;
        }
    }

    private void compare(String kind, List<String> prompts, int rounds) {
        generate(prompts.getFirst(), Speculation.NONE);
        generate(prompts.getFirst(), Speculation.NGRAM);
        double[] seconds = new double[2];
        long tokens = 0;
        int different = 0;
        for (int p = 0; p < prompts.size(); p++) {
            List<Answer> plain = new ArrayList<>();
            List<Answer> guessed = new ArrayList<>();
            EngineStatus before = engine.status();
            for (int round = 0; round < rounds; round++) {
                boolean plainFirst = (p + round) % 2 == 0;
                if (plainFirst) {
                    plain.add(generate(prompts.get(p), Speculation.NONE));
                }
                guessed.add(generate(prompts.get(p), Speculation.NGRAM));
                if (!plainFirst) {
                    plain.add(generate(prompts.get(p), Speculation.NONE));
                }
            }
            EngineStatus after = engine.status();
            Answer a = middle(plain);
            Answer b = middle(guessed);
            boolean equal = Arrays.equals(a.ids, b.ids);
            different += equal ? 0 : 1;
            tokens += a.ids.length - 1;
            seconds[0] += a.seconds;
            seconds[1] += b.seconds * (a.ids.length - 1) / Math.max(1, b.ids.length - 1);
            report.printf(
                    Locale.ROOT,
                    "%s %2d: %3d tokens, %6.1f tokens/s, with guesses %6.1f, ratio %.2f, %d of %d guesses right, %s%n",
                    kind,
                    p + 1,
                    a.ids.length,
                    a.speed(),
                    b.speed(),
                    b.speed() / a.speed(),
                    after.acceptedTokens() - before.acceptedTokens(),
                    after.proposedTokens() - before.proposedTokens(),
                    equal ? "equal" : "DIFFERENT");
        }
        report.printf(
                Locale.ROOT,
                "%s: %d prompts, %.1f tokens/s, with guesses %.1f, ratio %.2f, %d different%n",
                kind,
                prompts.size(),
                tokens / seconds[0],
                tokens / seconds[1],
                seconds[0] / seconds[1],
                different);
    }

    private Answer generate(String prompt, Speculation speculation) {
        GenerationRequest request = GenerationRequest.chat(prompt).toBuilder()
                .sampling(SamplerOptions.greedy())
                .maxTokens(answerTokens)
                .speculation(speculation)
                .build();
        GenerationResult result = engine.submit(request).join();
        return new Answer(result.ids(), result.timings().generateNanos() / 1e9);
    }

    private static Answer middle(List<Answer> answers) {
        List<Answer> sorted = new ArrayList<>(answers);
        sorted.sort((a, b) -> Double.compare(a.speed(), b.speed()));
        return sorted.get(sorted.size() / 2);
    }

    /** Of each piece of code a prompt to repeat it and one to edit it. */
    private static List<String> code() {
        List<String> prompts = new ArrayList<>();
        String task = "";
        StringBuilder code = new StringBuilder();
        for (String line : lines("code.txt")) {
            if (line.startsWith(MARK)) {
                add(prompts, task, code);
                task = line.substring(MARK.length());
                code.setLength(0);
            } else {
                code.append(line).append('\n');
            }
        }
        add(prompts, task, code);
        return prompts;
    }

    private static void add(List<String> prompts, String task, CharSequence code) {
        if (!task.isEmpty()) {
            String fenced = "\n\n```\n" + code + "```\n";
            prompts.add("Repeat this code without any change." + fenced);
            prompts.add(task + " Answer with the whole code." + fenced);
        }
    }

    private static List<String> lines(String resource) {
        try (InputStream in = Objects.requireNonNull(GuessedAnswers.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(resource + " cannot be read", e);
        }
    }
}
