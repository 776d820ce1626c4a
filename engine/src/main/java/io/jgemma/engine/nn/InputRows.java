package io.jgemma.engine.nn;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a sequence reads: tokens, and blocks of embeddings between them. The rows of a block see each other, so a block goes
 * through the model in one step, and what is kept of a sequence ends before or behind it.
 *
 * <p>Every row has an id. A token's is its own; the ids of a block's rows are negative and come from the block's identity,
 * so that two inputs with the same ids are the same, wherever ids are compared, remembered or saved. A bit marks the first
 * row of a block: ids alone tell where blocks begin and end.
 *
 * @param ids id of each row
 * @param blocks in order of their rows; together they have all rows with negative ids
 */
public record InputRows(int[] ids, List<Block> blocks) {

    private static final int BEGINS = 1 << 30;
    private static final int NO_TOKEN = 1 << 31;

    /**
     * Rows that are no tokens.
     *
     * @param firstRow the first of them within the input
     * @param rows how many
     * @param values gives F32 [rows, hidden], in the scale of the residual stream; asked before a step needs the block
     */
    public record Block(int firstRow, int rows, Supplier<MemorySegment> values) {
        int end() {
            return firstRow + rows;
        }
    }

    public InputRows {
        blocks = List.copyOf(blocks);
        int at = 0;
        for (Block block : blocks) {
            requireTokens(ids, at, block.firstRow());
            requireBlock(ids, block);
            at = block.end();
        }
        requireTokens(ids, at, ids.length);
    }

    private static void requireTokens(int[] ids, int from, int to) {
        for (int i = from; i < to; i++) {
            if (embedded(ids[i])) {
                throw new IllegalArgumentException("row " + i + " is no token, and no block has it");
            }
        }
    }

    private static void requireBlock(int[] ids, Block block) {
        if (block.rows() <= 0 || block.firstRow() < 0 || block.end() > ids.length) {
            throw new IllegalArgumentException("a block of " + block.rows() + " rows from row " + block.firstRow()
                    + " on does not lie within " + ids.length + " rows");
        }
        for (int i = block.firstRow(); i < block.end(); i++) {
            if (!embedded(ids[i]) || begins(ids[i]) != (i == block.firstRow())) {
                throw new IllegalArgumentException("the id of row " + i + " is not that of a block from row "
                        + block.firstRow() + " to row " + (block.end() - 1));
            }
        }
    }

    /** Tokens only. */
    public static InputRows of(int... tokens) {
        return new InputRows(tokens, List.of());
    }

    /**
     * Ids of a block's rows.
     *
     * @param identity what tells the block from all others, e.g. a digest of a picture and of how it was encoded
     */
    public static int[] blockIds(byte[] identity, int rows) {
        int[] ids = new int[rows];
        byte[] digest = {};
        int words = 0;
        for (int i = 0; i < rows; i++) {
            int word = i % 8;
            if (word == 0) {
                digest = sha256(identity, i);
                words = 0;
            }
            int bits = 0;
            for (int b = 0; b < Integer.BYTES; b++) {
                bits = (bits << Byte.SIZE) | (digest[words++] & 0xff);
            }
            ids[i] = (bits & ~BEGINS) | NO_TOKEN | (i == 0 ? BEGINS : 0);
        }
        return ids;
    }

    private static byte[] sha256(byte[] identity, int row) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                digest.update((byte) (row >> shift));
            }
            return digest.digest(identity);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whether the row of an id is no token. */
    public static boolean embedded(int id) {
        return id < 0;
    }

    /** Whether the row of an id is the first of a block. */
    public static boolean begins(int id) {
        return id < 0 && (id & BEGINS) != 0;
    }

    /** The most of the first {@code end} rows that leaves every block whole or out. */
    public static int wholeBlocks(int[] ids, int end) {
        int at = end;
        while (at > 0 && at < ids.length && embedded(ids[at]) && !begins(ids[at])) {
            at--;
        }
        return at;
    }

    /** Number of rows. */
    public int rows() {
        return ids.length;
    }

    /** Rows of the longest block; 0 without one. */
    public int longestBlock() {
        return blocks.stream().mapToInt(Block::rows).max().orElse(0);
    }

    /**
     * End of a slice that cuts no block.
     *
     * @param from where it begins, not within a block
     * @param mostRows the most it has
     * @throws IllegalArgumentException when the block at {@code from} is longer
     */
    public int sliceEnd(int from, int mostRows) {
        if (mostRows >= ids.length - from) {
            return ids.length;
        }
        int end = wholeBlocks(ids, from + mostRows);
        if (end <= from) {
            throw new IllegalArgumentException("a block of " + longestBlock()
                    + " rows that see each other does not fit a step of " + mostRows
                    + " rows: allow a larger micro-batch");
        }
        return end;
    }

    /**
     * The embeddings among rows {@code from} to {@code to}, exclusive, which cut no block.
     *
     * @param values gives those of a block
     */
    public List<EmbeddedRows> embedded(int from, int to, Function<Block, MemorySegment> values) {
        if (blocks.isEmpty()) {
            return List.of();
        }
        List<EmbeddedRows> found = new ArrayList<>();
        for (Block block : blocks) {
            if (block.firstRow() >= from && block.firstRow() < to) {
                found.add(new EmbeddedRows(block.firstRow() - from, values.apply(block)));
            }
        }
        return found;
    }

    /**
     * What each of the rows {@code from} to {@code to}, exclusive, sees the end of, for a
     * {@link io.jgemma.engine.backend.KvSpan}: empty when each sees up to itself.
     *
     * @param position of row {@code from} in its sequence
     */
    public int[] visibleEnds(int from, int to, int position) {
        int[] ends = {};
        for (Block block : blocks) {
            if (block.firstRow() >= from && block.firstRow() < to) {
                if (ends.length == 0) {
                    ends = new int[to - from];
                    Arrays.setAll(ends, i -> position + i + 1);
                }
                Arrays.fill(ends, block.firstRow() - from, block.end() - from, position + block.end() - from);
            }
        }
        return ends;
    }
}
