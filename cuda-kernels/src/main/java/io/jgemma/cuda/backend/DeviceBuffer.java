package io.jgemma.cuda.backend;

import io.jgemma.cuda.kernels.PackedWeights;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Memory of a device, and the part of it that was shown to the host. */
final class DeviceBuffer implements Buffer {
    private final Device device;
    private final long address;
    private final long bytes;
    private final Runnable onClose;
    private MemorySegment shown = MemorySegment.NULL;
    private @Nullable PackedWeights packed;
    private boolean closed;

    /**
     * @param address of {@code bytes} bytes, which are freed when this is closed; {@code onClose} then runs once
     */
    DeviceBuffer(Device device, long address, long bytes, Runnable onClose) {
        this.device = device;
        this.address = address;
        this.bytes = bytes;
        this.onClose = onClose;
    }

    /**
     * A buffer of this device.
     *
     * @throws IllegalArgumentException when it is another backend's
     * @throws IllegalStateException when it is closed
     */
    static DeviceBuffer of(Device device, Buffer buffer) {
        if (!(buffer instanceof DeviceBuffer own) || own.device != device) {
            throw new IllegalArgumentException("GPU " + device.number() + " cannot read "
                    + buffer.getClass().getSimpleName() + ": it belongs to another backend");
        }
        if (own.closed) {
            throw new IllegalStateException("a buffer of GPU " + device.number() + " is used after it was closed");
        }
        return own;
    }

    /** Where a tensor's first element lies. */
    static long address(Device device, Tensor tensor) {
        return of(device, tensor.buffer()).address + tensor.offsetBytes();
    }

    long address() {
        return address;
    }

    /** Weights in this buffer that were repacked; they begin where it begins. */
    @Nullable
    PackedWeights packed() {
        return packed;
    }

    void pack(PackedWeights weights) {
        packed = weights;
    }

    /** Host memory of its own for bytes of this buffer; it stays valid, and is given again for the same bytes. */
    MemorySegment shown(long offset, long size) {
        if (shown.byteSize() < offset + size) {
            shown = Arena.ofAuto().allocate(offset + size, Float.BYTES);
        }
        return shown.asSlice(offset, size);
    }

    @Override
    public long byteSize() {
        return bytes;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            device.free(address);
            onClose.run();
        }
    }
}
