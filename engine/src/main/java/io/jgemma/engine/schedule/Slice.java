package io.jgemma.engine.schedule;

/**
 * Rows of one lane in one step.
 *
 * @param lane whose they are
 * @param from index of the first row
 * @param ids ids of the rows, guesses last
 * @param guesses how many of them are guesses
 */
record Slice(Lane lane, int from, int[] ids, int guesses) {

    int rows() {
        return ids.length;
    }

    /** Index behind the last row. */
    int end() {
        return from + ids.length;
    }

    /** Whether a row is what the lane's task says by now: not a guess that proved wrong. */
    boolean holds(int index) {
        TokenList known = lane.ids();
        return index < known.size() && known.get(index) == ids[index - from];
    }

    /** Whether the logits behind a row are wanted; behind a guess they are, in case it proves right. */
    boolean wanted(int index) {
        return index >= end() - guesses || lane.task().wanted(index);
    }

    /** How many leading rows hold. */
    int held() {
        int index = from;
        while (index < end() && holds(index)) {
            index++;
        }
        return index - from;
    }
}
