package io.jgemma.cli.chat;

import io.jgemma.cli.io.Sizes;
import io.jgemma.engine.MemoryUse;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Timings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Counts answers and words speed, context and memory for people. Not thread-safe. */
final class Statistics {
    private int answers;
    private long promptTokens;
    private long promptNanos;
    private long generatedTokens;
    private long generateNanos;
    private @Nullable Timings last;

    /** Counts one answer. */
    void add(GenerationResult result) {
        Timings timings = result.timings();
        answers++;
        promptTokens += timings.promptTokens();
        promptNanos += timings.promptNanos();
        generatedTokens += Math.max(0, timings.generatedTokens() - 1);
        generateNanos += timings.generateNanos();
        last = timings;
    }

    /** The line after an answer. */
    static String line(GenerationResult result, Partner partner) {
        Timings timings = result.timings();
        int prompt = timings.cachedTokens() + timings.promptTokens();
        return String.format(
                Locale.ROOT,
                "[first token after %.1f s, then %.1f tokens/s; prompt %d tokens (%d new), context %d of %d]",
                timings.promptNanos() / 1e9,
                timings.generatedTokensPerSecond(),
                prompt,
                timings.promptTokens(),
                partner.usedTokens(),
                partner.contextTokens());
    }

    /** The lines of {@code /stats}. */
    List<String> lines(Partner partner) {
        List<String> lines = new ArrayList<>();
        lines.add(row("model", partner.name()));
        lines.add(row("computed by", partner.description()));
        Timings latest = last;
        if (latest != null) {
            lines.add(row(
                    "last answer",
                    String.format(
                            Locale.ROOT,
                            "%d tokens at %.1f tokens/s; %d prompt tokens read at %.1f tokens/s, %d remembered",
                            latest.generatedTokens(),
                            latest.generatedTokensPerSecond(),
                            latest.promptTokens(),
                            latest.promptTokensPerSecond(),
                            latest.cachedTokens())));
            lines.add(row(
                    "all answers",
                    String.format(
                            Locale.ROOT,
                            "%d, at %.1f tokens/s; prompts at %.1f tokens/s",
                            answers,
                            perSecond(generatedTokens, generateNanos),
                            perSecond(promptTokens, promptNanos))));
        }
        lines.add(row("context", partner.usedTokens() + " of " + partner.contextTokens() + " tokens"));
        MemoryUse memory = partner.memory();
        lines.add(row("heap", Sizes.bytes(ProcessMemory.heapBytes())));
        lines.add(row("buffers", Sizes.bytes(memory.bufferBytes())));
        lines.add(row("K/V", Sizes.bytes(memory.kvBytes())));
        lines.add(row("weights", weights(memory)));
        OptionalLong peak = ProcessMemory.peakResidentBytes();
        if (peak.isPresent()) {
            lines.add(row("peak", Sizes.bytes(peak.getAsLong()) + " of physical memory, mapped weights included"));
        }
        return lines;
    }

    private static String weights(MemoryUse memory) {
        String copied = memory.copiedBytes() == 0 ? "" : ", " + Sizes.bytes(memory.copiedBytes()) + " of it copied";
        return Sizes.bytes(memory.weightsBytes()) + ", mapped from the file" + copied;
    }

    private static String row(String name, String value) {
        return String.format(Locale.ROOT, "  %-12s %s", name, value);
    }

    private static double perSecond(long tokens, long nanos) {
        return tokens <= 0 || nanos <= 0 ? 0 : tokens * 1e9 / nanos;
    }
}
