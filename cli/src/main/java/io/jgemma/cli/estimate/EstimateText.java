package io.jgemma.cli.estimate;

import io.jgemma.cli.io.Lines;
import io.jgemma.cli.io.Sizes;
import io.jgemma.engine.plan.MemoryPlan;
import java.util.Locale;

/** {@link Estimate} for people. */
final class EstimateText {
    private static final String ROW = "%-8s %-10s %10s %10s %10s %10s %10s  %s%n";

    private final Estimate estimate;
    private final StringBuilder out = new StringBuilder();

    private EstimateText(Estimate estimate) {
        this.estimate = estimate;
    }

    static String of(Estimate estimate) {
        return new EstimateText(estimate).text();
    }

    private String text() {
        line(
                "%s: %d tokens of context, K %s, V %s, %d rows computed together%n%n",
                Lines.onOneLine(estimate.model()),
                estimate.contextTokens(),
                estimate.keyType(),
                estimate.valueType(),
                estimate.rows());
        line(ROW, "place", "layers", "weights", "K/V", "buffers", "together", "memory", "");
        for (int i = 0; i < estimate.places().size(); i++) {
            place(i);
        }
        estimate.pictures().ifPresent(this::pictures);
        out.append('\n');
        line(
                "together  %s of %s%s%n",
                Sizes.bytes(estimate.neededBytes()),
                Sizes.bytes(estimate.availableBytes()),
                estimate.fits() ? ", which fits" : ", which does not fit");
        longest();
        speed();
        return out.toString();
    }

    private void place(int index) {
        Estimate.Place place = estimate.places().get(index);
        long left = place.availableBytes() - estimate.needed(index);
        String reserve =
                place.reserveBytes() == 0 ? "" : ", " + Sizes.bytes(place.reserveBytes()) + " of them reserved";
        line(
                ROW,
                place.name(),
                place.part().firstLayer() + " to " + (place.part().endLayer() - 1),
                Sizes.bytes(place.weights()),
                Sizes.bytes(place.kv()),
                Sizes.bytes(place.buffers()),
                Sizes.bytes(estimate.needed(index)),
                Sizes.bytes(place.availableBytes()),
                (left >= 0 ? Sizes.bytes(left) + " left" : "lacks " + Sizes.bytes(-left)) + reserve);
    }

    private void pictures(MemoryPlan tower) {
        line(
                "pictures  weights %s, buffers %s, at the first place once a picture came%n",
                Sizes.bytes(tower.weightsBytes()), Sizes.bytes(tower.bufferBytes()));
    }

    private void longest() {
        String trained = ", of " + estimate.trainedTokens() + " that the model was trained for";
        if (estimate.longestContext() == 0) {
            line("context   none fits: the weights alone take too much%n");
        } else {
            line("context   at most %d tokens fit%s%n", estimate.longestContext(), trained);
        }
    }

    private void speed() {
        if (estimate.tokensPerSecond(false).isEmpty()) {
            line("speed     unknown: say how fast the memory is read, e.g. --memory-speed 872G for an RTX 3090%n");
            return;
        }
        StringBuilder memory = new StringBuilder();
        for (Estimate.Place place : estimate.places()) {
            memory.append(memory.isEmpty() ? "" : ", ")
                    .append(place.name())
                    .append(String.format(
                            Locale.ROOT, " %.1f GB/s", place.bytesPerSecond().orElse(0) / 1e9));
        }
        line(
                "speed     at most %.1f tokens/s with an empty context, %.1f with a full one (memory is read at: %s)%n",
                estimate.tokensPerSecond(false).orElse(0),
                estimate.tokensPerSecond(true).orElse(0),
                memory);
    }

    @SuppressWarnings("AnnotateFormatMethod") // all formats are constants of this class
    private void line(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values).replace(System.lineSeparator(), "\n"));
    }
}
