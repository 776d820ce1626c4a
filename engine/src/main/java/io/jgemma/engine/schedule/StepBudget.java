package io.jgemma.engine.schedule;

/**
 * How many rows of prompts a step may have beside the rows of running answers, so that it takes no longer than wanted.
 *
 * <p>Learned from the steps themselves: a step of {@code d} rows of answers and {@code p} rows of prompts takes
 * {@code a + b p}, where {@code a} is what steps of answers alone took lately and {@code b} follows from steps with both.
 * Steps of prompts alone say nothing about {@code b}: they have many more rows, each of which costs less. The last rows of a
 * prompt say as little: a few of them cost more.
 *
 * <p>Streams notice the longest step, not the mean one. So the aim lies below what is wanted; {@code b} rises at once when a
 * row became dearer, as it does with the depth of the context or when the machine does other things as well, and falls
 * slowly; and a step has at most half as many rows again as the one before, so that the first steps of a prompt, of which
 * little is known yet, are short. {@code a}, in contrast, follows the shortest steps: it is not measured while a prompt is read, so
 * one step that was held up before would shorten all slices, and what it lacks is counted in {@code b}.
 */
final class StepBudget {

    /** Fewer rows are not worth a pass over the weights, whatever it takes. */
    static final int LEAST_ROWS = 32;

    /** What a first slice is made of, while nothing is known. */
    private static final int FIRST_ROWS = 64;

    /** What of the time that is wanted a step aims at. */
    private static final double AIM = 0.8;

    /** Weight of the newest step in a mean that moves slowly, and in one that moves at once. */
    private static final double SLOWLY = 0.25;

    private static final double AT_ONCE = 0.7;

    private static final double GROWTH = 1.5;

    private final double targetNanos;
    private double answerNanos;
    private double promptRowNanos;
    private double mostRows = FIRST_ROWS;

    StepBudget(int targetMillis) {
        targetNanos = AIM * targetMillis * 1e6;
    }

    /** Rows of prompts for the next step, if answers wait for it. */
    int promptRows() {
        double rows = promptRowNanos == 0 ? mostRows : (targetNanos - answerNanos) / promptRowNanos;
        return (int) Math.clamp(rows, LEAST_ROWS, Math.max(LEAST_ROWS, mostRows));
    }

    /** A step took so long. */
    void measured(int answerRows, int promptRows, long nanos) {
        if (promptRows == 0) {
            answerNanos = mean(answerNanos, (double) nanos, SLOWLY / 2, AT_ONCE);
        } else if (answerRows > 0 && promptRows >= LEAST_ROWS) {
            double forPrompts = Math.max(nanos - answerNanos, nanos * 0.1);
            promptRowNanos = mean(promptRowNanos, forPrompts / promptRows, AT_ONCE, SLOWLY);
            mostRows = GROWTH * promptRows;
        }
    }

    private static double mean(double before, double now, double rising, double falling) {
        double weight = now > before ? rising : falling;
        return before == 0 ? now : before + weight * (now - before);
    }
}
