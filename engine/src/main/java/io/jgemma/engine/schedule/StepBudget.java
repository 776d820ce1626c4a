package io.jgemma.engine.schedule;

/**
 * How many rows of prompts a step may have beside the rows of running answers, so that it takes about as long as wanted.
 *
 * <p>Learned from the steps themselves: a step of {@code d} rows of answers and {@code p} rows of prompts takes
 * {@code a + b p}, where {@code a} is what steps of answers alone took lately and {@code b} follows from steps with both.
 * Both are running means, so that they follow the depth of conversations and a machine that does other things as well.
 */
final class StepBudget {

    /** Fewer rows are not worth a pass over the weights, whatever it takes. */
    static final int LEAST_ROWS = 32;

    /** What a first slice is made of, while nothing is known. */
    private static final int FIRST_ROWS = 64;

    /** Weight of the newest step in the running means. */
    private static final double NEWEST = 0.25;

    private final double targetNanos;
    private double answerNanos;
    private double promptRowNanos;

    StepBudget(int targetMillis) {
        targetNanos = targetMillis * 1e6;
    }

    /** Rows of prompts for the next step, if answers wait for it. */
    int promptRows() {
        if (promptRowNanos == 0) {
            return FIRST_ROWS;
        }
        double rows = (targetNanos - answerNanos) / promptRowNanos;
        return (int) Math.clamp(rows, LEAST_ROWS, Integer.MAX_VALUE);
    }

    /** A step took so long. */
    void measured(int answerRows, int promptRows, long nanos) {
        if (promptRows == 0) {
            answerNanos = mean(answerNanos, (double) nanos);
        } else {
            double forPrompts = Math.max(nanos - (answerRows > 0 ? answerNanos : 0), nanos * 0.1);
            promptRowNanos = mean(promptRowNanos, forPrompts / promptRows);
        }
    }

    private static double mean(double before, double now) {
        return before == 0 ? now : before + NEWEST * (now - before);
    }
}
