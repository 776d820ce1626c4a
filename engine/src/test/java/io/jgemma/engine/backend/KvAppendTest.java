package io.jgemma.engine.backend;

import static io.jgemma.engine.backend.KvLayout.PAGE_TOKENS;
import static io.jgemma.engine.backend.KvLayout.TILE_TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rule of tiles, against a sequence that is filled token by token. */
class KvAppendTest {

    private static KvLayout layout(QuantType keys, QuantType values, int window) {
        return KvLayout.of(1, 1, 32, 32, keys, values, window);
    }

    /** Where each tile's quantized sides lie, as storing after storing leaves them. */
    private static final class Held {
        private final Set<Integer> recent = new HashSet<>();
        private final Set<Integer> quantized = new HashSet<>();
        private final Set<Integer> pages = new HashSet<>();
        private int length;
        private int tailStart;

        void append(KvLayout layout, int tokens) {
            KvAppend append = KvAppend.of(layout, tailStart, length, tokens);
            for (int tile = append.firstTile(); tile < append.endTile(); tile++) {
                int start = tile * TILE_TOKENS;
                boolean begun = start < length;
                if (begun && append.leaves(tile)) {
                    assertThat(recent).as("tile %d leaves, and waited", tile).contains(tile);
                }
                if (append.grows(tile) && append.waits(tile)) {
                    assertThat(append.touchesRecent(tile)).isTrue();
                    recent.add(tile);
                } else if (append.grows(tile)) {
                    assertThat(append.leaves(tile))
                            .as("tile %d must be somewhere", tile)
                            .isTrue();
                    assertThat(start + TILE_TOKENS).as("whole").isLessThanOrEqualTo(append.end());
                }
                if (append.leaves(tile)) {
                    quantized.add(tile);
                    assertThat(append.touchesPage(tile * TILE_TOKENS / PAGE_TOKENS))
                            .isTrue();
                }
            }
            for (int page = append.firstPage(); page < append.endPage(); page++) {
                if (append.touchesPage(page)) {
                    pages.add(page);
                }
            }
            length = append.end();
            tailStart = append.nextTail();
            recent.removeIf(tile -> !layout.recent(tile, tailStart));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0, 7", "0, 32", "0, 300", "64, 1", "64, 33", "64, 511", "300, 97"})
    void everyTileIsWhereReadersLookForIt(int window, int most) {
        SplittableRandom random = new SplittableRandom(window * 1000L + most);
        KvLayout layout = layout(QuantTypes.Q4_0, QuantTypes.Q4_0, window);
        Held held = new Held();
        while (held.length < 1500) {
            held.append(layout, 1 + random.nextInt(most));
            for (int tile = 0; tile * TILE_TOKENS < held.length; tile++) {
                boolean exact = layout.recent(tile, held.tailStart);
                assertThat(held.recent.contains(tile))
                        .as("tile %d of %d tokens", tile, held.length)
                        .isEqualTo(exact);
                boolean left = tile * TILE_TOKENS < held.tailStart;
                assertThat(held.quantized.contains(tile)).isEqualTo(left);
            }
            assertThat(held.length - held.tailStart).isBetween(Math.min(held.length, 128), 159);
            assertThat(held.pages).hasSize(Math.ceilDiv(held.tailStart, PAGE_TOKENS));
        }
        assertThat(held.recent.contains(0)).as("the sink").isEqualTo(window == 0);
    }

    @Test
    void aPlainSideGoesToItsPagesAtOnce() {
        KvLayout plain = layout(QuantTypes.F16, QuantTypes.F16, 0);
        KvAppend append = KvAppend.of(plain, 0, 250, 300);

        assertThat(append.nextTail()).isZero();
        assertThat(append.firstPage()).isZero();
        assertThat(append.endPage()).isEqualTo(3);
        for (int page = 0; page < 3; page++) {
            assertThat(append.touchesPage(page)).isTrue();
        }
        for (int tile = 0; tile < append.endTile(); tile++) {
            assertThat(append.touchesRecent(tile)).isFalse();
            assertThat(plain.recent(tile, 0)).isFalse();
        }
    }

    @Test
    void oneSideQuantizedHasBoth() {
        KvLayout mixed = layout(QuantTypes.Q8_0, QuantTypes.F16, 0);
        KvAppend append = KvAppend.of(mixed, 0, 0, 20);

        assertThat(append.touchesPage(0)).as("for V").isTrue();
        assertThat(append.touchesRecent(0)).as("for K").isTrue();
        assertThat(append.leaves(0)).isFalse();
    }

    @Test
    void nothingAppendedTouchesNothing() {
        for (int length : new int[] {0, 5, 32, 700}) {
            KvAppend append = KvAppend.of(layout(QuantTypes.Q4_0, QuantTypes.F16, 0), length / 2 / 32 * 32, length, 0);
            for (int tile = 0; tile < 40; tile++) {
                assertThat(append.grows(tile)).isFalse();
            }
        }
    }
}
