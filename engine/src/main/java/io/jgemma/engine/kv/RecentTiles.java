package io.jgemma.engine.kv;

import io.jgemma.engine.tensor.Buffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The few recent tiles that one sequence holds in one group: the sink and the tail, in any order. */
final class RecentTiles {

    private record Tile(int index, KvPool.Page page) {}

    private final KvPool.Shelf shelf;
    private final List<Tile> held = new ArrayList<>();

    RecentTiles(KvPool.Shelf shelf) {
        this.shelf = shelf;
    }

    /** Indexes of the tiles held, ascending. */
    int[] indexes() {
        return held.stream().mapToInt(Tile::index).sorted().toArray();
    }

    Buffer buffer(int index) {
        Tile tile = find(index);
        if (tile == null) {
            throw new IllegalStateException("recent tile " + index + " is not held");
        }
        return tile.page.buffer();
    }

    private @Nullable Tile find(int index) {
        for (int i = 0; i < held.size(); i++) {
            if (held.get(i).index == index) {
                return held.get(i);
            }
        }
        return null;
    }

    /** Sees to it that a tile is held and nobody else's. */
    void own(int index) {
        Tile tile = find(index);
        if (tile == null) {
            held.add(new Tile(index, shelf.take()));
        } else {
            held.set(held.indexOf(tile), new Tile(index, tile.page.owned()));
        }
    }

    /** Bytes that {@link #own} takes. */
    long bytesToOwn(int index) {
        Tile tile = find(index);
        return tile == null ? shelf.pageBytes() : tile.page.bytesToOwn();
    }

    /** Adds the tiles held. */
    void collect(Set<KvPool.Page> found) {
        held.forEach(tile -> found.add(tile.page));
    }

    /** Gives back the tiles whose index is not to stay. */
    void dropUnless(IntPredicate stays) {
        for (Iterator<Tile> i = held.iterator(); i.hasNext(); ) {
            Tile tile = i.next();
            if (!stays.test(tile.index)) {
                tile.page.release();
                i.remove();
            }
        }
    }

    /** Gives back tile {@code to} and those behind. */
    void dropFrom(int to) {
        dropUnless(tile -> tile < to);
    }

    /** Holds what {@code other} holds before tile {@code to}, beside it. */
    void shareFrom(RecentTiles other, int to) {
        for (Tile tile : other.held) {
            if (tile.index < to) {
                held.add(new Tile(tile.index, tile.page.retain()));
            }
        }
    }
}
