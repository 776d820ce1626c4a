package io.jgemma.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a backend's memory must do: zeroed, as large as asked for, counted until it is closed. */
public abstract class MemoryContract extends BackendContract {

    @Test
    void memoryIsZeroedAndAsLargeAsAskedFor() {
        for (int floats : new int[] {1, 7, 1000, 100_000}) {
            // Twice, so that memory given back by the first round would show.
            for (int round = 0; round < 2; round++) {
                Buffer buffer = backend().allocate(4L * floats);
                assertThat(buffer.byteSize()).isEqualTo(4L * floats);
                Tensor all = new Tensor(QuantTypes.F32, 1, floats, buffer, 0);
                assertThat(memory().read(all).data()).containsOnly(0);
                memory().fill(all, Matrix.filled(1, floats, 7));
                buffer.close();
            }
        }
        Buffer empty = backend().allocate(0);
        assertThat(empty.byteSize()).isZero();
        empty.close();
    }

    @Test
    void everyBufferIsCountedUntilItIsClosed() {
        List<Buffer> buffers = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < 20; i++) {
            int size = random().nextInt(100_000);
            buffers.add(backend().allocate(size));
            bytes += size;
            assertThat(backend().allocatedBuffers()).isEqualTo(i + 1);
            assertThat(backend().allocatedBytes()).isEqualTo(bytes);
        }
        while (!buffers.isEmpty()) {
            Buffer buffer = buffers.remove(random().nextInt(buffers.size()));
            bytes -= buffer.byteSize();
            buffer.close();
            buffer.close();
            assertThat(backend().allocatedBuffers()).isEqualTo(buffers.size());
            assertThat(backend().allocatedBytes()).isEqualTo(bytes);
        }
        assertThat(bytes).isZero();
    }

    @Test
    void impossibleSizesAreRefusedAndNotCounted() {
        assertThatThrownBy(() -> backend().allocate(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> backend().allocate(Long.MAX_VALUE)).isInstanceOf(Throwable.class);
        assertThat(backend().allocatedBuffers()).isZero();
        assertThat(backend().allocatedBytes()).isZero();
    }

    @Test
    void copyTakesTheBeginning() {
        Tensor from = memory().changeable(Matrix.random(random(), 1, 100));
        Buffer a = memory().allocate(400);
        Buffer b = memory().allocate(600);
        Tensor inA = new Tensor(QuantTypes.F32, 1, 100, a, 0);
        Tensor inB = new Tensor(QuantTypes.F32, 1, 150, b, 0);
        backend().ops().gatherRows(inA, from, new int[] {0});
        memory().fill(inB, Matrix.filled(1, 150, 7));
        backend().copy(a, b, 4 * 60);
        Matrix copied = memory().read(inB);
        for (int i = 0; i < 150; i++) {
            assertThat(copied.get(0, i)).isEqualTo(i < 60 ? memory().read(from).get(0, i) : 7);
        }
        assertThatThrownBy(() -> backend().copy(b, a, 404)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> backend().copy(a, b, 404)).isInstanceOf(IndexOutOfBoundsException.class);
        memory().verify();
    }

    @Test
    void bytesGoToABufferAndBack() {
        byte[] content = new byte[10_000];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) random().nextInt();
        }
        Buffer buffer = memory().allocate(content.length);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment outside = arena.allocate(content.length);
            for (MemorySegment host : List.of(outside, MemorySegment.ofArray(new byte[content.length]))) {
                backend().write(buffer, 0, MemorySegment.ofArray(content));
                backend().read(buffer, 0, host);
                assertThat(host.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(content);

                // A part in the middle, at an odd place: what is beside it stays, there and here.
                MemorySegment part = host.asSlice(5, 777);
                part.fill((byte) 7);
                backend().write(buffer, 1001, part);
                host.fill((byte) 9);
                backend().read(buffer, 1000, host.asSlice(3, 779));
                assertThat(host.get(ValueLayout.JAVA_BYTE, 3)).isEqualTo(content[1000]);
                assertThat(host.asSlice(4, 777).toArray(ValueLayout.JAVA_BYTE)).containsOnly(7);
                assertThat(host.get(ValueLayout.JAVA_BYTE, 3 + 778)).isEqualTo(content[1778]);
                assertThat(host.get(ValueLayout.JAVA_BYTE, 2)).isEqualTo((byte) 9);
                assertThat(host.get(ValueLayout.JAVA_BYTE, 3 + 779)).isEqualTo((byte) 9);
            }
        }
    }

    @Test
    void bytesBeyondABufferAreRefused() {
        Buffer buffer = memory().allocate(100);
        MemorySegment host = MemorySegment.ofArray(new byte[50]);
        backend().read(buffer, 100, host.asSlice(0, 0));
        backend().write(buffer, 50, host);
        for (long offset : new long[] {-1, 51, 101, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> backend().read(buffer, offset, host))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> backend().write(buffer, offset, host))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void readShowsPartsOfATensor() {
        Matrix content = Matrix.random(random(), 7, 5);
        Tensor tensor = memory().changeable(content);
        MemorySegment rows = backend().read(tensor.slice(2, 3));
        assertThat(rows.byteSize()).isEqualTo(3 * 5 * 4);
        assertThat(rows.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
                .isEqualTo(content.slice(2, 3).data());
    }

    @Test
    void uploadKeepsShapeAndType() {
        for (QuantType type : QuantTypes.all()) {
            int columns = 2 * type.blockSize();
            MemorySegment blocks = RandomBlocks.of(type, 3, columns, random(), Arena.ofAuto());
            Tensor weight = memory().weight(type, 3, columns, blocks);
            assertThat(weight.type()).isEqualTo(type);
            assertThat(weight.rows()).isEqualTo(3);
            assertThat(weight.columns()).isEqualTo(columns);
        }
    }

    @Test
    void descriptionNamesTheProcessor() {
        assertThat(backend().description()).isNotBlank().doesNotContain("\n");
    }
}
