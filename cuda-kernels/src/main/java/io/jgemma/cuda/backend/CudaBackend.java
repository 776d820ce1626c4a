package io.jgemma.cuda.backend;

import io.jgemma.cuda.CudaDriver;
import io.jgemma.cuda.kernels.PackedWeights;
import io.jgemma.cuda.kernels.Packing;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One GPU. Weights are copied to it once, through pinned memory, most types repacked and the rest as they lie in the file; K/V pages
 * and working buffers lie in its memory. Operations are put on one stream and run in order; {@link #read} waits.
 *
 * <p>Nothing is computed by the processor but the angles of RoPE, in double precision. What a device cannot hold is refused
 * with the figures.
 */
public final class CudaBackend implements Backend {

    private final Device device;
    private final CudaOps ops;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger buffers = new AtomicInteger();
    private final List<DeviceBuffer> weights = new ArrayList<>();
    private final Set<CudaBackend> senders = new HashSet<>();
    private boolean closed;

    private CudaBackend(Device device, Gemm gemm) {
        this.device = device;
        this.ops = new CudaOps(device, gemm);
    }

    /**
     * Takes a GPU.
     *
     * @param driver stays open for as long as the backend
     * @param number of the device, from 0 on
     * @param gemm who multiplies many rows
     * @throws io.jgemma.engine.backend.DeviceException when it cannot run the kernels, or {@code gemm} is not installed
     */
    public static CudaBackend open(CudaDriver driver, int number, Gemm gemm) {
        Device device = Device.open(driver, number);
        try {
            return new CudaBackend(device, gemm);
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    @Override
    public String description() {
        return "CUDA, GPU " + device.number() + " (" + device.name() + ")";
    }

    @Override
    public Buffer allocate(long size) {
        if (size < 0) {
            throw new IllegalArgumentException(size + " bytes of memory cannot exist");
        }
        device.enter();
        long address = device.allocate(size);
        if (size > 0) {
            try {
                ops.changed();
                device.driver().fill(address, (byte) 0, size, device.stream());
            } catch (RuntimeException e) {
                device.free(address);
                throw e;
            }
        }
        bytes.addAndGet(size);
        buffers.incrementAndGet();
        return new DeviceBuffer(device, address, size, () -> {
            bytes.addAndGet(-size);
            buffers.decrementAndGet();
        });
    }

    @Override
    public Tensor upload(GgufTensor weight) {
        device.enter();
        MemorySegment blocks = weight.data();
        Optional<Packing> packing = Packing.of(weight.type());
        int rows = Math.toIntExact(weight.rows());
        int columns = Math.toIntExact(weight.columns());
        long size = packing.map(p -> PackedWeights.bytes(p, rows, columns)).orElse(blocks.byteSize());
        DeviceBuffer buffer = new DeviceBuffer(device, device.allocate(size), size, () -> {});
        weights.add(buffer);
        if (packing.isPresent()) {
            PackedWeights packed = new PackedWeights(buffer.address(), packing.get(), rows, columns);
            packed.send(blocks, device.staging());
            buffer.pack(packed);
        } else {
            device.staging().copyToDevice(buffer.address(), blocks);
        }
        return new Tensor(weight.type(), weight.rows(), weight.columns(), buffer, 0);
    }

    @Override
    public long copiedBytes() {
        return weights.stream().mapToLong(DeviceBuffer::byteSize).sum();
    }

    @Override
    public boolean copied(Tensor weight) {
        return true;
    }

    @Override
    public Ops ops() {
        return ops;
    }

    @Override
    public MemorySegment read(Tensor tensor) {
        DeviceBuffer buffer = DeviceBuffer.of(device, tensor.buffer());
        MemorySegment to = buffer.shown(tensor.offsetBytes(), tensor.byteSize());
        read(buffer, tensor.offsetBytes(), to);
        return to;
    }

    @Override
    public void copy(Buffer from, Buffer to, long size) {
        Objects.checkFromIndexSize(0, size, from.byteSize());
        Objects.checkFromIndexSize(0, size, to.byteSize());
        long source = DeviceBuffer.of(device, from).address();
        long target = DeviceBuffer.of(device, to).address();
        if (size > 0) {
            device.enter();
            ops.changed();
            device.driver().copyOnDevice(target, source, size, device.stream());
        }
    }

    @Override
    public void read(Buffer from, long offset, MemorySegment to) {
        Objects.checkFromIndexSize(offset, to.byteSize(), from.byteSize());
        long address = DeviceBuffer.of(device, from).address() + offset;
        device.enter();
        ops.changed();
        device.staging().copyToHost(to, address);
    }

    @Override
    public void write(Buffer to, long offset, MemorySegment from) {
        Objects.checkFromIndexSize(offset, from.byteSize(), to.byteSize());
        long address = DeviceBuffer.of(device, to).address() + offset;
        device.enter();
        ops.changed();
        device.staging().copyToDevice(address, from);
    }

    /** Between GPUs the tensor goes from one memory to the other, and the host does not wait. */
    @Override
    public void receive(Tensor to, Tensor from, Backend other) {
        if (!(other instanceof CudaBackend sender) || sender.device.driver() != device.driver()) {
            Backend.super.receive(to, from, other);
            return;
        }
        if (to.byteSize() != from.byteSize()) {
            throw new IllegalArgumentException("%d bytes of GPU %d do not fit a tensor of %d"
                    .formatted(from.byteSize(), sender.device.number(), to.byteSize()));
        }
        long source = DeviceBuffer.address(sender.device, from);
        long target = DeviceBuffer.address(device, to);
        if (to.byteSize() > 0) {
            if (senders.add(sender)) {
                device.openWayFrom(sender.device);
            }
            sender.device.enter();
            sender.ops.changed();
            device.enter();
            ops.changed();
            device.waitFor(sender.device);
            device.driver()
                    .copyPeer(
                            target, device.context(), source, sender.device.context(), to.byteSize(), device.stream());
            // The sender may write the tensor anew when the copy is done.
            sender.device.waitFor(device);
        }
    }

    @Override
    public KvReads kvReads() {
        return ops.kvReads();
    }

    @Override
    public long allocatedBytes() {
        return bytes.get();
    }

    @Override
    public int allocatedBuffers() {
        return buffers.get();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            ops.close();
            weights.forEach(DeviceBuffer::close);
            weights.clear();
            device.close();
        }
    }
}
