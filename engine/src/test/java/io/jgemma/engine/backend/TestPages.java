package io.jgemma.engine.backend;

import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;

/** Pages of a test. New ones are full of NaN in every float type, so that reading what was never written shows. */
final class TestPages implements PageTable {

    private final TestMemory memory;
    private final long pageBytes;
    private final Map<Integer, Buffer> pages = new HashMap<>();

    TestPages(TestMemory memory, KvLayout layout) {
        this.memory = memory;
        this.pageBytes = layout.pageBytes();
    }

    /** Makes the pages of tokens {@code from} to {@code to}, exclusive; all others are missing. */
    void hold(int from, int to) {
        for (int i = from / KvLayout.PAGE_TOKENS; i <= (to - 1) / KvLayout.PAGE_TOKENS; i++) {
            pages.computeIfAbsent(i, index -> {
                Buffer page = memory.allocate(pageBytes);
                // All bits set: NaN as F32, and twice NaN as F16 or BF16.
                memory.fill(floats(page), Matrix.filled(1, (int) (pageBytes / 4), Float.intBitsToFloat(-1)));
                return page;
            });
        }
    }

    /** A page's bytes as floats. */
    Matrix content(int index) {
        return memory.read(floats(page(index)));
    }

    private Tensor floats(Buffer page) {
        return new Tensor(QuantTypes.F32, 1, pageBytes / 4, page, 0);
    }

    @Override
    public Buffer page(int index) {
        Buffer page = pages.get(index);
        if (page == null) {
            throw new IllegalStateException("page " + index + " is not held by this test");
        }
        return page;
    }
}
