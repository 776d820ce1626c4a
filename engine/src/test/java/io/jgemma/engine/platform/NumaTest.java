package io.jgemma.engine.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NumaTest {

    private static BitSet bits(int... numbers) {
        BitSet set = new BitSet();
        for (int number : numbers) {
            set.set(number);
        }
        return set;
    }

    @Test
    void readsListsOfProcessors() {
        assertThat(Numa.list("0-3,8\n")).isEqualTo(bits(0, 1, 2, 3, 8));
        assertThat(Numa.list("5")).isEqualTo(bits(5));
        assertThat(Numa.list("")).isEqualTo(new BitSet());
    }

    /** In a thread of its own, since what is set stays with it. A sandbox may refuse, and then says so. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void modesAreSetOrRefusedWithAReason() throws InterruptedException {
        for (Numa.Mode mode : Numa.Mode.values()) {
            AtomicReference<Optional<String>> answer = new AtomicReference<>();
            Thread thread = new Thread(() -> answer.set(Numa.apply(mode)));
            thread.start();
            thread.join();
            answer.get().ifPresent(reason -> assertThat(reason).contains("the system"));
        }
        assertThat(Numa.nodes()).isPositive();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @SuppressWarnings("restricted") // an address at which there is no memory
    void memoryIsLockedOrRefusedWithWhatToDo() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment little = arena.allocate(4096, 4096);
            try {
                MemoryLock.lock(little);
            } catch (MemoryLockException e) {
                assertThat(e).hasMessageContaining("ulimit -l");
            }
        }
        assertThatThrownBy(
                        () -> MemoryLock.lock(MemorySegment.ofAddress(1L << 20).reinterpret(1L << 40)))
                .isInstanceOf(MemoryLockException.class)
                .hasMessageContaining("ulimit -l unlimited");
    }
}
