package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The open-addressing tables against the JDK's maps. */
class TablesTest {
    @Test
    void piecesAreFoundByTheirBytes() {
        List<String> strings = IntStream.range(0, 20_000)
                .mapToObj(i -> i % 7 == 0 ? "\u4E00" + i : Integer.toString(i, 36))
                .toList();
        Pieces pieces = Pieces.of(Utf8Strings.of(strings));
        PieceIndex index = new PieceIndex(pieces, id -> id % 3 != 0);
        for (int id = 0; id < strings.size(); id++) {
            byte[] text = ("xx" + strings.get(id) + "y").getBytes(StandardCharsets.UTF_8);
            assertThat(index.find(text, 2, text.length - 1)).isEqualTo(id % 3 != 0 ? id : -1);
            assertThat(pieces.text(id)).isEqualTo(strings.get(id));
        }
    }

    @Test
    void ofEqualPiecesTheFirstIsFound() {
        Pieces pieces = Pieces.of(Utf8Strings.of(List.of("a", "", "b", "a")));
        PieceIndex index = new PieceIndex(pieces, id -> true);
        assertThat(index.find(new byte[] {'a'}, 0, 1)).isZero();
        assertThat(index.find(new byte[] {'b'}, 0, 1)).isEqualTo(2);
        assertThat(index.find(new byte[] {'b'}, 0, 0)).isEqualTo(-1);
    }

    @Test
    void pairsAreFoundByBothIds() {
        Random random = new Random(5);
        Map<Long, Long> expected = new HashMap<>();
        PairIndex pairs = new PairIndex(5000);
        for (int rank = 0; rank < 5000; rank++) {
            int left = random.nextInt(100);
            int right = random.nextInt(100);
            pairs.add(left, right, rank, rank + 7);
            expected.putIfAbsent((long) left << 32 | right, (long) rank << 32 | (rank + 7));
        }
        for (int left = 0; left < 100; left++) {
            for (int right = 0; right < 100; right++) {
                assertThat(pairs.find(left, right))
                        .isEqualTo(expected.getOrDefault((long) left << 32 | right, MergeRule.NONE));
            }
        }
    }

    @Test
    void theHeapSorts() {
        Random random = new Random(6);
        LongHeap heap = new LongHeap();
        long[] values = random.longs(1000).toArray();
        for (long value : values) {
            heap.add(value);
        }
        Arrays.sort(values);
        for (long value : values) {
            assertThat(heap.poll()).isEqualTo(value);
        }
        assertThat(heap.isEmpty()).isTrue();
    }

    @Test
    void neighboursAreNeverDenied() {
        Random random = new Random(8);
        NeighbourFilter filter = new NeighbourFilter(3000);
        RandomText texts = new RandomText(8);
        List<byte[]> pieces =
                IntStream.range(0, 300).mapToObj(i -> Utf8.encode(texts.next())).toList();
        pieces.forEach(piece -> filter.addAll(piece, 0, piece.length));
        int denied = 0;
        for (byte[] piece : pieces) {
            int left = Utf8.codePoint(piece, 0);
            for (int at = Utf8.length(left); at < piece.length; at += Utf8.length(left)) {
                int right = Utf8.codePoint(piece, at);
                assertThat(filter.mayJoin(left, right)).isTrue();
                denied += filter.mayJoin(right, random.nextInt(0x10000)) ? 0 : 1;
                left = right;
            }
        }
        assertThat(denied).isGreaterThan(1000);
    }

    @Test
    void theByteLevelAlphabetIsReversible() {
        ByteLevel alphabet = new ByteLevel();
        byte[] all = new byte[256];
        for (int value = 0; value < 256; value++) {
            all[value] = (byte) value;
        }
        ByteSink spelled = new ByteSink();
        alphabet.encode(all, 0, 256, spelled);
        String text = new String(spelled.toArray(), StandardCharsets.UTF_8);
        assertThat(text)
                .hasSize(256)
                .contains("\u0120!\"")
                .startsWith("\u0100\u0101")
                .endsWith("\u00FF");
        assertThat(alphabet.decode(spelled.array(), 0, spelled.size())).isEqualTo(all);
        byte[] literal = "a b".getBytes(StandardCharsets.UTF_8);
        assertThat(alphabet.decode(literal, 0, 3)).isEqualTo(literal);
    }
}
