package io.jgemma.engine.schedule;

import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.nn.InputRows.Block;
import java.util.ArrayList;
import java.util.List;

/**
 * What is remembered of one sequence: its ids, and K and V of a beginning of them, which is all of them unless memory was
 * short. Guarded by the scheduler's lock.
 */
public final class Holding {

    private KvSequence sequence;
    private TokenList ids;
    private List<Block> blocks = List.of();
    private long lastUsed;
    private boolean busy;
    private boolean fromFile;

    Holding(KvSequence sequence, TokenList ids) {
        this.sequence = sequence;
        this.ids = ids;
    }

    /** K and V. */
    public KvSequence sequence() {
        return sequence;
    }

    /** The ids. */
    public TokenList ids() {
        return ids;
    }

    /** Remembers other ids from now on, with the blocks of embeddings among them. */
    void ids(TokenList other, List<Block> otherBlocks) {
        ids = other;
        blocks = otherBlocks;
        fromFile = false;
    }

    /** Remembers ids of a file: there may be embeddings among them, whose values are gone. */
    void idsOfFile(TokenList other) {
        ids(other, List.of());
        fromFile = true;
    }

    /** Rows behind those that are remembered: all ids, and the embeddings among them. */
    public record Continued(TokenList ids, InputRows input) {}

    /**
     * The rows that are remembered, with others behind them. Where there are tokens only, they join the ids in place, so that
     * a token costs the same however long the sequence is.
     */
    public Continued followedBy(InputRows more) {
        if (blocks.isEmpty() && more.blocks().isEmpty() && !fromFile) {
            ids.addAll(more.ids(), 0, more.rows());
            return new Continued(ids, InputRows.of());
        }
        TokenList all = ids.copy();
        all.addAll(more.ids(), 0, more.rows());
        List<Block> both = new ArrayList<>(heldBlocks());
        for (Block block : more.blocks()) {
            both.add(new Block(ids.size() + block.firstRow(), block.rows(), block.values()));
        }
        return new Continued(all, new InputRows(all.toArray(), both));
    }

    /** The blocks among the ids; those of a sequence that came from a file have no values any more. */
    private List<Block> heldBlocks() {
        List<Block> held = new ArrayList<>();
        for (int row = 0; row < ids.size(); row++) {
            if (InputRows.begins(ids.get(row))) {
                held.add(blockAt(row));
            }
        }
        return held;
    }

    private Block blockAt(int row) {
        for (Block block : blocks) {
            if (block.firstRow() == row) {
                return block;
            }
        }
        int end = row + 1;
        while (end < ids.size() && InputRows.embedded(ids.get(end)) && !InputRows.begins(ids.get(end))) {
            end++;
        }
        return new Block(row, end - row, () -> {
            throw new IllegalStateException(
                    "embeddings of the session are needed again, but it came from a file, which has none: begin anew");
        });
    }

    /** Whether it could be computed again from what is remembered. */
    boolean recomputable() {
        if (!fromFile) {
            return true;
        }
        for (int row = 0; row < ids.size(); row++) {
            int begin = row;
            if (InputRows.begins(ids.get(row)) && blocks.stream().noneMatch(block -> block.firstRow() == begin)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a task of the scheduler computes it. */
    boolean busy() {
        return busy;
    }

    void busy(boolean now) {
        busy = now;
    }

    long lastUsed() {
        return lastUsed;
    }

    void usedAt(long tick) {
        lastUsed = tick;
    }

    /** Takes another sequence in place of the present one, which is closed. */
    void replace(KvSequence other) {
        sequence.close();
        sequence = other;
    }

    /** Takes another sequence and gives the present one away. */
    KvSequence exchange(KvSequence other) {
        KvSequence before = sequence;
        sequence = other;
        return before;
    }
}
