package io.jgemma.engine.backend;

import io.jgemma.engine.tensor.Buffer;

/**
 * Where K and V of one sequence lie in one group of layers. Page {@code i} holds tokens {@code 256 i} to
 * {@code 256 i + 255}, recent tile {@code i} tokens {@code 32 i} to {@code 32 i + 31}; see {@link KvLayout}.
 */
public interface PageTable {

    /**
     * The page at an index.
     *
     * @throws IllegalStateException when no such page is held: never written, or gone with the window
     */
    Buffer page(int index);

    /**
     * First token of the tail, a multiple of 32: quantized sides have the tokens before it in pages, it and those after it
     * in recent tiles. It moves when a step is over, not within.
     */
    int tailStart();

    /**
     * The recent tile at an index: one of the tail, or tile 0 of a group with a sink.
     *
     * @throws IllegalStateException when no such tile is held
     */
    Buffer recentTile(int index);
}
