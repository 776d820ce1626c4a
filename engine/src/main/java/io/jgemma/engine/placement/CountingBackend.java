package io.jgemma.engine.placement;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;

/**
 * A backend that has no memory and computes nothing: models are wired on it to learn what they take. Tensors are as they are in
 * the file, but nothing of them is read.
 */
final class CountingBackend implements Backend {

    private static final Ops NO_OPS =
            (Ops) Proxy.newProxyInstance(Ops.class.getClassLoader(), new Class<?>[] {Ops.class}, (_, method, _) -> {
                throw new IllegalStateException("nothing is computed while memory is counted: " + method.getName());
            });

    private long matrixBytes;
    private long tableBytes;
    private long bufferBytes;
    private int buffers;

    /** A size without memory. */
    private record Size(long byteSize, Runnable onClose) implements Buffer {
        @Override
        public void close() {
            onClose.run();
        }
    }

    /** Bytes of weights that operations read for every token. */
    long matrixBytes() {
        return matrixBytes;
    }

    /** Bytes of tables of which a token reads a row. */
    long tableBytes() {
        return tableBytes;
    }

    @Override
    public String description() {
        return "nothing, memory is counted";
    }

    @Override
    public Buffer allocate(long bytes) {
        bufferBytes += bytes;
        buffers++;
        return new Size(bytes, () -> {
            bufferBytes -= bytes;
            buffers--;
        });
    }

    @Override
    public Tensor upload(GgufTensor weight) {
        matrixBytes += weight.byteSize();
        return placed(weight);
    }

    @Override
    public Tensor uploadTable(GgufTensor table) {
        tableBytes += table.byteSize();
        return placed(table);
    }

    private static Tensor placed(GgufTensor weight) {
        return new Tensor(weight.type(), weight.rows(), weight.columns(), new Size(weight.byteSize(), () -> {}), 0);
    }

    @Override
    public Ops ops() {
        return NO_OPS;
    }

    @Override
    public MemorySegment read(Tensor tensor) {
        throw nothing();
    }

    @Override
    public void copy(Buffer from, Buffer to, long bytes) {
        throw nothing();
    }

    @Override
    public void read(Buffer from, long offset, MemorySegment to) {
        throw nothing();
    }

    @Override
    public void write(Buffer to, long offset, MemorySegment from) {
        throw nothing();
    }

    private static IllegalStateException nothing() {
        return new IllegalStateException("there is no memory while it is counted");
    }

    @Override
    public KvReads kvReads() {
        return new KvReads(0, 0);
    }

    @Override
    public long allocatedBytes() {
        return bufferBytes;
    }

    @Override
    public int allocatedBuffers() {
        return buffers;
    }

    @Override
    public void close() {
        // Nothing was taken.
    }
}
