package io.jgemma.engine.backend;

import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/**
 * A processor with its memory. One backend serves one engine. Not thread-safe: the engine calls it from one thread at a
 * time. Closing it frees what {@link #upload} brought; buffers from {@link #allocate} are closed by who asked for them.
 */
public interface Backend extends AutoCloseable {

    /** Name and kind of kernels for people, e.g. {@code "CPU, vector kernels (256 bits), 8 threads"}. */
    String description();

    /** Zeroed memory of {@code bytes} bytes. */
    Buffer allocate(long bytes);

    /** A weight made ready for {@link Ops}. The file must stay open as long as the backend: it may be used in place. */
    Tensor upload(GgufTensor weight);

    /** As {@link #upload}, for a matrix whose rows are looked up and never multiplied. */
    default Tensor uploadTable(GgufTensor table) {
        return upload(table);
    }

    /** Bytes of copies that {@link #upload} made. */
    default long copiedBytes() {
        return 0;
    }

    /** Whether what {@link #upload} made is a copy, so that the file is not read again. */
    default boolean copied(Tensor weight) {
        return false;
    }

    /** The operations. */
    Ops ops();

    /**
     * Waits for all operations and shows the content of an F32 tensor. The segment is valid until the next operation
     * that writes the tensor.
     */
    MemorySegment read(Tensor tensor);

    /** Copies {@code bytes} bytes from one buffer's beginning to another's. */
    void copy(Buffer from, Buffer to, long bytes);

    /**
     * Waits for all operations and copies bytes of a buffer to host memory.
     *
     * @param from the buffer
     * @param offset byte of the buffer to begin at
     * @param to host memory; as many bytes as it has are copied
     * @throws IndexOutOfBoundsException when the buffer has fewer
     */
    void read(Buffer from, long offset, MemorySegment to);

    /**
     * Copies host memory into a buffer, before any later operation.
     *
     * @param to the buffer
     * @param offset byte of the buffer to begin at
     * @param from host memory, free for other use when this returns; all its bytes are copied
     * @throws IndexOutOfBoundsException when the buffer is too short
     */
    void write(Buffer to, long offset, MemorySegment from);

    /**
     * Copies a tensor of another backend, after everything that writes it and before any later operation here.
     *
     * @param to F32 [rows, n] of this backend
     * @param from F32 [rows, n] of the other
     * @param other whose {@code from} is
     */
    default void receive(Tensor to, Tensor from, Backend other) {
        if (to.byteSize() != from.byteSize()) {
            throw new IllegalArgumentException(
                    from.byteSize() + " bytes of another backend do not fit a tensor of " + to.byteSize());
        }
        write(to.buffer(), to.offsetBytes(), other.read(from));
    }

    /**
     * Does independent work on the host, at the same time where the backend has threads for it.
     *
     * @param count how many pieces
     * @param work does one of them, numbered from 0; throws nothing
     */
    default void parallel(int count, IntConsumer work) {
        for (int i = 0; i < count; i++) {
            work.accept(i);
        }
    }

    /** What attention has read from the beginning on. */
    KvReads kvReads();

    /** Bytes of {@link #allocate} not yet closed; weights are not among them. */
    long allocatedBytes();

    /** Buffers of {@link #allocate} not yet closed. */
    int allocatedBuffers();

    @Override
    void close();
}
