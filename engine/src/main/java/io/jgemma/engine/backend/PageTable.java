package io.jgemma.engine.backend;

import io.jgemma.engine.tensor.Buffer;

/** The pages of one sequence in one group of layers; page {@code i} holds tokens {@code 256 i} to {@code 256 i + 255}. */
@FunctionalInterface
public interface PageTable {

    /**
     * The page at an index.
     *
     * @throws IllegalStateException when no such page is held: never written, or gone with the window
     */
    Buffer page(int index);
}
