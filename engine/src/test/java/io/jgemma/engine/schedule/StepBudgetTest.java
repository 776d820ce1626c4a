package io.jgemma.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Slices of prompts under a budget. The time of a step is a formula here, so no clock is asked. */
final class StepBudgetTest {

    private static final int TARGET_MILLIS = 100;
    private static final double MILLISECOND = 1e6;
    private static final double ANSWERS = 8 * MILLISECOND;
    private static final int PROMPT = 3000;

    private final StepBudget budget = new StepBudget(TARGET_MILLIS);

    /** What a row of a prompt takes, by the number of rows before it, and by how many steps there were. */
    private interface RowTime {
        double nanos(int depth, int step);
    }

    private record Reading(double longestMillis, int steps) {}

    private Reading read(RowTime rowTime) {
        for (int i = 0; i < 8; i++) {
            budget.measured(4, 0, Math.round(ANSWERS));
        }
        double longest = 0;
        int steps = 0;
        for (int done = 0; done < PROMPT; steps++) {
            int rows = Math.min(budget.promptRows(), PROMPT - done);
            double nanos = ANSWERS + 2 * MILLISECOND + rows * rowTime.nanos(done, steps);
            budget.measured(4, rows, Math.round(nanos));
            longest = Math.max(longest, nanos / MILLISECOND);
            done += rows;
        }
        return new Reading(longest, steps);
    }

    @Test
    void stepsStayShortWhileRowsBecomeDearer() {
        Reading reading = read((depth, step) -> MILLISECOND * (0.5 + depth / 3000.0));

        assertThat(reading.longestMillis()).isLessThan(TARGET_MILLIS);
        // Steps of the whole target would be 34.
        assertThat(reading.steps()).isLessThan(55);
    }

    @Test
    void firstStepsThatRunColdAreShort() {
        Reading reading = read((depth, step) -> MILLISECOND * (step < 3 ? 1.4 : 0.5));

        assertThat(reading.longestMillis()).isLessThan(TARGET_MILLIS);
        assertThat(reading.steps()).isLessThan(40);
    }

    @Test
    void anAnswersStepThatWasHeldUpDoesNotShortenAllSlices() {
        int before = read((depth, step) -> 0.5 * MILLISECOND).steps();

        budget.measured(4, 0, Math.round(300 * MILLISECOND));
        int rows = budget.promptRows();
        budget.measured(4, rows, Math.round(ANSWERS + rows * 0.5 * MILLISECOND));

        assertThat(read((depth, step) -> 0.5 * MILLISECOND).steps()).isLessThan(before + 5);
    }

    @Test
    void promptsAloneDoNotMakeTheNextStepBesideAnswersLong() {
        budget.measured(0, 2048, Math.round(2048 * 0.1 * MILLISECOND));

        assertThat(read((depth, step) -> 0.5 * MILLISECOND).longestMillis()).isLessThan(TARGET_MILLIS);
    }

    @Test
    void theLastRowsOfAPromptDoNotMakeTheNextOneSlow() {
        read((depth, step) -> 0.5 * MILLISECOND);
        int before = budget.promptRows();

        budget.measured(4, 3, Math.round(ANSWERS + 5 * MILLISECOND));

        assertThat(budget.promptRows()).isEqualTo(before);
    }

    @Test
    void aStepHasSomeRowsHoweverLongAnswersTake() {
        budget.measured(4, 0, Math.round(500 * MILLISECOND));
        budget.measured(4, 64, Math.round(600 * MILLISECOND));

        assertThat(budget.promptRows()).isEqualTo(StepBudget.LEAST_ROWS);
    }

    @Test
    void aStepThatWasHeldUpShortensTheNext() {
        read((depth, step) -> 0.5 * MILLISECOND);
        int before = budget.promptRows();

        budget.measured(4, before, Math.round(300 * MILLISECOND));

        assertThat(budget.promptRows()).isLessThan(before / 2);
    }
}
