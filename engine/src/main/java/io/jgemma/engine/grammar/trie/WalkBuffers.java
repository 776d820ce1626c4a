package io.jgemma.engine.grammar.trie;

import io.jgemma.engine.grammar.parse.ParseSet;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What a search for tokens fills while it lasts; used again by the next one, because it can be as large as the vocabulary. */
final class WalkBuffers {
    final Found allowed = new Found();
    final Found forbidden = new Found();

    /** By depth in a trie: where the parser stands. */
    final ParseSet[] path;

    private WalkBuffers(int depths) {
        path = new ParseSet[depths];
    }

    private void clear() {
        allowed.clear();
        forbidden.clear();
        Arrays.fill(path, null);
    }

    /** Buffers that nobody uses at the moment: as many as there have been searches at the same time. Safe for any number of threads. */
    static final class Pool {
        private final Queue<WalkBuffers> free = new ConcurrentLinkedQueue<>();
        private final int depths;

        /**
         * @param maxDepth bytes of the longest token
         */
        Pool(int maxDepth) {
            depths = maxDepth + 1;
        }

        WalkBuffers take() {
            WalkBuffers buffers = free.poll();
            return buffers == null ? new WalkBuffers(depths) : buffers;
        }

        void giveBack(WalkBuffers buffers) {
            buffers.clear();
            free.add(buffers);
        }
    }
}
