package io.jgemma.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class InputRowsTest {

    private static final int[] CAT = InputRows.blockIds("cat".getBytes(StandardCharsets.UTF_8), 20);
    private static final int[] DOG = InputRows.blockIds("dog".getBytes(StandardCharsets.UTF_8), 20);

    private static InputRows.Block block(int first, int rows) {
        return new InputRows.Block(first, rows, () -> MemorySegment.ofArray(new float[rows]));
    }

    private static int[] join(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    /** 3 tokens, a block, another one at once, 2 tokens. */
    private static InputRows twoPictures() {
        return new InputRows(
                join(new int[] {5, 6, 7}, CAT, DOG, new int[] {8, 9}), List.of(block(3, 20), block(23, 20)));
    }

    @Test
    void idsTellBlocksApart() {
        assertThat(CAT)
                .isEqualTo(InputRows.blockIds("cat".getBytes(StandardCharsets.UTF_8), 20))
                .doesNotHaveDuplicates();
        assertThat(Arrays.stream(CAT)).allMatch(InputRows::embedded);
        assertThat(InputRows.begins(CAT[0])).isTrue();
        assertThat(IntStream.range(1, 20)).noneMatch(i -> InputRows.begins(CAT[i]));
        for (int i = 0; i < 20; i++) {
            assertThat(CAT[i]).isNotEqualTo(DOG[i]);
        }
    }

    @Test
    void whatIsKeptEndsBetweenBlocks() {
        int[] ids = twoPictures().ids();
        for (int end = 0; end <= ids.length; end++) {
            int whole = end <= 3 ? end : end < 23 ? 3 : end < 43 ? 23 : end;
            assertThat(InputRows.wholeBlocks(ids, end)).as("of %d rows", end).isEqualTo(whole);
        }
    }

    @Test
    void slicesCutNoBlock() {
        InputRows rows = twoPictures();
        assertThat(rows.sliceEnd(0, 22)).isEqualTo(3);
        assertThat(rows.sliceEnd(0, 23)).isEqualTo(23);
        assertThat(rows.sliceEnd(3, 20)).isEqualTo(23);
        assertThat(rows.sliceEnd(3, 39)).isEqualTo(23);
        assertThat(rows.sliceEnd(3, 41)).isEqualTo(44);
        assertThat(rows.sliceEnd(43, 1)).isEqualTo(44);
        assertThat(rows.sliceEnd(0, 1000)).isEqualTo(45);
        assertThatThrownBy(() -> rows.sliceEnd(3, 19))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "a block of 20 rows that see each other does not fit a step of 19 rows: allow a larger micro-batch");
    }

    @Test
    void rowsOfABlockSeeEachOther() {
        InputRows rows = twoPictures();
        int[] ends = rows.visibleEnds(2, 44, 102);
        for (int r = 2; r < 44; r++) {
            int end = r < 3 || r >= 43 ? r + 1 : r < 23 ? 23 : 43;
            assertThat(ends[r - 2]).as("row %d", r).isEqualTo(100 + end);
        }
        assertThat(rows.visibleEnds(0, 3, 0)).isEmpty();
        assertThat(InputRows.of(1, 2, 3).visibleEnds(0, 3, 7)).isEmpty();
        assertThat(rows.embedded(3, 23, block -> block.values().get()))
                .extracting(EmbeddedRows::firstRow)
                .containsExactly(0);
        assertThat(rows.embedded(0, 45, block -> block.values().get()))
                .extracting(EmbeddedRows::firstRow)
                .containsExactly(3, 23);
        assertThat(rows.embedded(43, 45, block -> block.values().get())).isEmpty();
    }

    @Test
    void blocksAndIdsMustFit() {
        assertThatThrownBy(() -> InputRows.of(1, -1)).hasMessage("row 1 is no token, and no block has it");
        assertThatThrownBy(() -> new InputRows(CAT, List.of(block(0, 19))))
                .hasMessage("row 19 is no token, and no block has it");
        assertThatThrownBy(() -> new InputRows(CAT, List.of(block(0, 21))))
                .hasMessage("a block of 21 rows from row 0 on does not lie within 20 rows");
        assertThatThrownBy(() -> new InputRows(new int[] {4, 5}, List.of(block(0, 1))))
                .hasMessage("the id of row 0 is not that of a block from row 0 to row 0");
        assertThatThrownBy(() -> new InputRows(join(CAT, DOG), List.of(block(0, 40))))
                .hasMessage("the id of row 20 is not that of a block from row 0 to row 39");
    }
}
