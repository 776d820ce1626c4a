package io.jgemma.engine.backend;

import java.util.List;

/**
 * One sequence's share of a forward pass: consecutive rows at consecutive positions. Row {@code i} of the span sees the
 * positions from {@code max(0, p - window + 1)} up to {@code visibleEnd(i)}, exclusive, where {@code p = position + i}.
 *
 * @param firstRow the span's first row within the pass
 * @param rows number of rows
 * @param position position of the first row in its sequence
 * @param tables page table of each layer group
 * @param visibleEnds end of what each row sees, or empty when each row sees up to itself; the rows of one image see to
 *     the end of their image
 */
public record KvSpan(int firstRow, int rows, int position, List<PageTable> tables, int[] visibleEnds) {

    public KvSpan {
        if (visibleEnds.length != 0 && visibleEnds.length != rows) {
            throw new IllegalArgumentException(rows + " rows cannot have " + visibleEnds.length + " visible ends");
        }
        for (int i = 0; i < visibleEnds.length; i++) {
            if (visibleEnds[i] <= position + i || visibleEnds[i] > position + rows) {
                throw new IllegalArgumentException("row " + i + " at position " + (position + i) + " cannot see up to "
                        + visibleEnds[i] + ": at least itself, at most the last row of its pass");
            }
        }
    }

    /** A span whose rows see themselves and what came before. */
    public static KvSpan causal(int firstRow, int rows, int position, List<PageTable> tables) {
        return new KvSpan(firstRow, rows, position, tables, NO_ENDS);
    }

    private static final int[] NO_ENDS = {};

    /** End, exclusive, of the positions that row {@code i} of the span sees. */
    public int visibleEnd(int i) {
        return visibleEnds.length == 0 ? position + i + 1 : visibleEnds[i];
    }

    /** First position that row {@code i} of the span sees through a window ({@code 0} = no window). */
    public int visibleStart(int i, int window) {
        return window == 0 ? 0 : Math.max(0, position + i - window + 1);
    }
}
