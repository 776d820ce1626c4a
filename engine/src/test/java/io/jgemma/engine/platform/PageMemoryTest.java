package io.jgemma.engine.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PageMemoryTest {

    @BeforeEach
    void needsAKnownSystem() {
        assumeTrue(Platform.here() != Platform.OTHER, "pages are taken from Linux and Windows on x86-64 only");
    }

    @Test
    void pagesAreZeroAndKeepWhatIsWritten() {
        PageMemory memory = PageMemory.ofSystem();
        MemorySegment pages = memory.map(3 * PageMemory.PAGE_BYTES);
        assertThat(pages.address() % PageMemory.PAGE_BYTES).isZero();
        for (long at = 0; at < pages.byteSize(); at += 8) {
            assertThat(pages.get(ValueLayout.JAVA_LONG, at)).isZero();
        }
        pages.fill((byte) 7);
        memory.protect(pages, PageMemory.Protection.READ_EXECUTE);
        assertThat(pages.get(ValueLayout.JAVA_BYTE, pages.byteSize() - 1)).isEqualTo((byte) 7);
        memory.unmap(pages);
    }

    @Test
    void hugeMemoryIsZeroAndItsArenaFreesIt() {
        PageMemory memory = PageMemory.ofSystem();
        for (long bytes : new long[] {1, 4095, (2 << 20) + 1, 9 << 20}) {
            MemorySegment segment;
            try (Arena arena = Arena.ofConfined()) {
                segment = memory.mapHuge(bytes, arena);
                assertThat(segment.byteSize()).isEqualTo(bytes);
                assertThat(segment.address() % 64).isZero();
                assertThat(segment.get(ValueLayout.JAVA_BYTE, bytes - 1)).isZero();
                segment.set(ValueLayout.JAVA_BYTE, bytes - 1, (byte) 1);
            }
            assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void piecesOfHugePagesDoNotOverlapAndAreZero() {
        long[] sizes = {1, 64, 100, HugePageAllocator.CHUNK_BYTES - 300, 200, HugePageAllocator.CHUNK_BYTES + 1, 1000};
        List<MemorySegment> pieces = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            HugePageAllocator allocator = new HugePageAllocator(PageMemory.ofSystem(), arena);
            for (long bytes : sizes) {
                MemorySegment piece = allocator.allocate(bytes, 64);
                assertThat(piece.byteSize()).isEqualTo(bytes);
                assertThat(piece.address() % 64).isZero();
                pieces.add(piece);
            }
            for (MemorySegment piece : pieces) {
                assertThat(piece.mismatch(arena.allocate(piece.byteSize()))).isEqualTo(-1);
                piece.fill((byte) 1);
            }
            assertThat(pieces.get(1).address() - pieces.get(0).address())
                    .as("small pieces lie side by side")
                    .isEqualTo(64);
        }
        assertThat(pieces).noneMatch(piece -> piece.scope().isAlive());
    }

    @Test
    @SuppressWarnings("restricted") // An address where nothing is.
    void whatTheSystemRefusesIsAnError() {
        PageMemory memory = PageMemory.ofSystem();
        MemorySegment nothing = MemorySegment.ofAddress(PageMemory.PAGE_BYTES).reinterpret(PageMemory.PAGE_BYTES);
        assertThatThrownBy(() -> memory.map(1L << 60))
                .isInstanceOf(CodeMemoryException.class)
                .hasMessageContaining("1152921504606846976 bytes was refused by the system");
        assertThatThrownBy(() -> memory.protect(nothing, PageMemory.Protection.READ_EXECUTE))
                .isInstanceOf(CodeMemoryException.class);
    }

    @Test
    void theMachineHasMemory() {
        assertThat(HostMemory.availableBytes()).isPresent();
        assertThat(HostMemory.availableBytes().orElseThrow()).isBetween(1L << 20, 1L << 50);
    }
}
