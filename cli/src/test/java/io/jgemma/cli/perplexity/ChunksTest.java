package io.jgemma.cli.perplexity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChunksTest {
    private static final int[] TEXT = IntStream.range(100, 119).toArray();

    @Test
    void cutsWholeChunksAndLeavesTheRest() {
        Chunks chunks = Chunks.of(TEXT, 8, OptionalInt.empty());

        assertThat(chunks.count()).isEqualTo(2);
        assertThat(chunks.ids(1)).containsExactly(108, 109, 110, 111, 112, 113, 114, 115);
        assertThat(chunks.first(1).count()).isEqualTo(1);
        assertThat(chunks.first(9).count()).isEqualTo(2);
    }

    @Test
    void putsBosInPlaceOfEachFirstToken() {
        Chunks chunks = Chunks.of(TEXT, 8, OptionalInt.of(2));

        assertThat(chunks.ids(0)).startsWith(2, 101);
        assertThat(chunks.ids(1)).startsWith(2, 109);
    }

    @Test
    void scoresTheTokensOfTheSecondHalf() {
        Chunks chunks = Chunks.of(TEXT, 8, OptionalInt.empty());

        assertThat(IntStream.range(0, 8).filter(chunks::scored).map(index -> index + 1))
                .containsExactly(4, 5, 6, 7);
    }
}
