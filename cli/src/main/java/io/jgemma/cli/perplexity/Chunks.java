package io.jgemma.cli.perplexity;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * A text cut as llama-perplexity cuts it: into chunks that do not overlap, each read from an empty context. The first
 * token of each is replaced by BOS where the model wants one, and only tokens in a chunk's second half are scored, so that
 * each has at least half a chunk before it (llama-perplexity leaves out the first of them, too). What is left at the end is not read.
 *
 * @param tokens ids of the whole text, BOS included
 * @param chunkTokens ids of a chunk
 * @param count chunks
 * @param bos what replaces each chunk's first id, if anything
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a list of a million ids would be boxed
record Chunks(int[] tokens, int chunkTokens, int count, OptionalInt bos) {
    /** Tokens of the smallest chunk that has something before its second half. */
    static final int SMALLEST = 4;

    /** All whole chunks of a text. */
    static Chunks of(int[] tokens, int chunkTokens, OptionalInt bos) {
        return new Chunks(tokens, chunkTokens, tokens.length / chunkTokens, bos);
    }

    /** The first {@code most} of them. */
    Chunks first(int most) {
        return new Chunks(tokens, chunkTokens, Math.min(most, count), bos);
    }

    /** Ids of a chunk. */
    int[] ids(int chunk) {
        int[] ids = Arrays.copyOfRange(tokens, chunk * chunkTokens, (chunk + 1) * chunkTokens);
        bos.ifPresent(id -> ids[0] = id);
        return ids;
    }

    /**
     * Whether the logits after the token at {@code index} of a chunk are scored against the token behind it, which then
     * lies in the second half.
     */
    boolean scored(int index) {
        return index + 1 >= chunkTokens / 2 && index + 1 < chunkTokens;
    }
}
