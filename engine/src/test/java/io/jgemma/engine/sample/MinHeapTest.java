package io.jgemma.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class MinHeapTest {

    @Property
    void popsTheLeastInOrder(@ForAll @Size(max = 200) long[] values, @ForAll @IntRange(max = 200) int wanted) {
        int n = values.length;
        int m = Math.min(n, wanted);
        long[] heap = values.clone();
        MinHeap.build(heap, n);
        for (int size = n; size > n - m; size--) {
            MinHeap.pop(heap, size);
        }
        long[] ascending = values.clone();
        Arrays.sort(ascending);
        for (int i = 0; i < m; i++) {
            assertThat(heap[n - 1 - i]).isEqualTo(ascending[i]);
        }
        Arrays.sort(heap);
        assertThat(heap).isEqualTo(ascending);
    }

    @Property
    void risingEntriesKeepTheOrder(@ForAll @Size(max = 200) long[] values) {
        long[] heap = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            heap[i] = values[i];
            MinHeap.rise(heap, i);
            for (int child = 1; child <= i; child++) {
                assertThat(heap[(child - 1) / 2]).isLessThanOrEqualTo(heap[child]);
            }
        }
    }
}
