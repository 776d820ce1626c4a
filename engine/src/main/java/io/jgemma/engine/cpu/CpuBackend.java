package io.jgemma.engine.cpu;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.CpuInfo;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.cpu.kernel.CpuKernels;
import io.jgemma.engine.cpu.kernel.HostBuffer;
import io.jgemma.engine.cpu.kernel.ScalarKernels;
import io.jgemma.engine.cpu.kernel.WeightLayout;
import io.jgemma.engine.cpu.vector.VectorKernels;
import io.jgemma.engine.cpu.x86.X86Kernels;
import io.jgemma.engine.cpu.x86.X86Support;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.memory.Cleanup;
import io.jgemma.engine.platform.MemoryLock;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/** The CPU: weights are used where the file is mapped or copied to a better order, everything else lies outside the Java heap. */
public final class CpuBackend implements Backend {

    private final CpuKernels kernels;
    private final int threads;
    private final Placing placing;
    private final CpuOps ops;
    private final Arena weights = Arena.ofShared();
    private final SegmentAllocator weightAllocator;
    private long copiedBytes;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger buffers = new AtomicInteger();

    /**
     * Where weights lie.
     *
     * @param repack whether they are copied where kernels read them faster in another order than the file's; else all are used
     *     where the file is mapped
     * @param lock whether they are locked into the machine's memory
     */
    public record Placing(boolean repack, boolean lock) {
        /** Copied where that is faster, and not locked. */
        public static final Placing DEFAULT = new Placing(true, false);
    }

    private CpuBackend(CpuKernels kernels, int threads, Placing placing) {
        this.kernels = kernels;
        this.threads = threads;
        this.placing = placing;
        this.ops = new CpuOps(kernels, threads);
        weightAllocator = kernels.weightAllocator(weights);
    }

    /**
     * Opens the CPU.
     *
     * @param threads threads to compute with, at most {@link #mostThreads}; 0 = physical cores
     * @throws IllegalArgumentException for kernels that cannot run here, or fewer than 0 threads
     */
    public static CpuBackend open(KernelSet kernels, int threads) {
        return open(kernels, threads, Placing.DEFAULT);
    }

    /**
     * Opens the CPU.
     *
     * @see #open(KernelSet, int)
     */
    public static CpuBackend open(KernelSet kernels, int threads, Placing placing) {
        if (threads < 0) {
            throw new IllegalArgumentException(
                    threads + " threads cannot compute: choose 1 or more, or 0 for the cores");
        }
        return new CpuBackend(
                kernels(kernels),
                threads > 0 ? Math.min(threads, mostThreads()) : CpuTopology.physicalCores(),
                placing);
    }

    /** What {@link KernelSet#AUTO} is here, and why. */
    public static CpuInfo info() {
        X86Support support = X86Support.find();
        String reason = support.isPresent()
                ? "assembled for the highest of these instructions"
                : "no kernels are assembled: " + support.reason();
        try (CpuBackend cpu = open(KernelSet.AUTO, 0)) {
            return new CpuInfo(support.instructions(), mostThreads(), cpu.threads, cpu.description(), reason);
        }
    }

    private static CpuKernels kernels(KernelSet set) {
        return switch (set) {
            case AUTO -> best(Short.SIZE);
            case FAST -> best(Byte.SIZE);
            case X86 -> X86Kernels.assemble(X86Support.find(), portable(), Short.SIZE);
            case AVX2, AVX_VNNI, AVX512_VNNI ->
                X86Kernels.assemble(X86Support.find().limitedTo(set.toString()), portable(), Short.SIZE);
            case AVX2_FAST ->
                X86Kernels.assemble(X86Support.find().limitedTo(KernelSet.AVX2.toString()), portable(), Byte.SIZE);
            case AVX_VNNI_FAST ->
                X86Kernels.assemble(X86Support.find().limitedTo(KernelSet.AVX_VNNI.toString()), portable(), Byte.SIZE);
            case VECTOR -> vector();
            case SCALAR -> new ScalarKernels();
        };
    }

    private static CpuKernels best(int bits) {
        X86Support support = X86Support.find();
        if (!support.isPresent()) {
            System.getLogger(CpuBackend.class.getName())
                    .log(
                            support.forbidden() ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                            "no kernels are assembled, which are several times as fast on a prompt: {0}",
                            support.reason());
            return portable();
        }
        return X86Kernels.assemble(support, portable(), bits);
    }

    /** What runs on any processor: kernels on the Vector API, or scalar ones where the JVM was started without it. */
    private static CpuKernels portable() {
        if (vectorApiPresent()) {
            return new VectorKernels();
        }
        System.getLogger(CpuBackend.class.getName())
                .log(
                        System.Logger.Level.WARNING,
                        "the JVM runs without the Vector API, so what is not assembled is computed by scalar kernels,"
                                + " many times as slow: start java with --add-modules jdk.incubator.vector");
        return new ScalarKernels();
    }

    private static CpuKernels vector() {
        if (!vectorApiPresent()) {
            throw new IllegalArgumentException("vector kernels cannot run here: the JVM runs without the Vector API;"
                    + " start java with --add-modules jdk.incubator.vector, or choose auto or scalar");
        }
        return new VectorKernels();
    }

    /** An incubator module is there only where it was asked for; no class that uses it may be loaded before this was asked. */
    private static boolean vectorApiPresent() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    /** Threads that can run at once in this process; more would wait for each other at every operation. */
    public static int mostThreads() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** Opens the CPU with given kernels. */
    static CpuBackend of(CpuKernels kernels, int threads) {
        return new CpuBackend(kernels, threads, Placing.DEFAULT);
    }

    @Override
    public String description() {
        return "CPU, " + kernels.name() + " kernels" + detail() + ", " + threads
                + (threads == 1 ? " thread" : " threads");
    }

    private String detail() {
        return kernels.detail().isEmpty() ? "" : " (" + kernels.detail() + ")";
    }

    @Override
    public Buffer allocate(long size) {
        HostBuffer buffer = HostBuffer.allocate(size, () -> {
            bytes.addAndGet(-size);
            buffers.decrementAndGet();
        });
        bytes.addAndGet(size);
        buffers.incrementAndGet();
        return buffer;
    }

    @Override
    public Tensor upload(GgufTensor weight) {
        Optional<WeightLayout> layout =
                placing.repack() && weight.rows() > 1 ? kernels.layout(weight.type()) : Optional.empty();
        if (layout.isEmpty()) {
            return mapped(weight);
        }
        return packed(weight, layout.get());
    }

    private Tensor packed(GgufTensor weight, WeightLayout layout) {
        int rows = Math.toIntExact(weight.rows());
        HostBuffer buffer = HostBuffer.packed(layout, rows, Math.toIntExact(weight.columns()), weightAllocator);
        copiedBytes += buffer.byteSize();
        Tensor packed = new Tensor(weight.type(), rows, weight.columns(), buffer, 0);
        ops.pack(packed, weight.data());
        if (placing.lock()) {
            MemoryLock.lock(HostBuffer.in(buffer));
        }
        return packed;
    }

    private Tensor mapped(GgufTensor weight) {
        if (placing.lock()) {
            MemoryLock.lock(weight.data());
        }
        return new Tensor(weight.type(), weight.rows(), weight.columns(), HostBuffer.of(weight.data()), 0);
    }

    /** Of a table few rows are read, wherever they lie. */
    @Override
    public Tensor uploadTable(GgufTensor table) {
        return mapped(table);
    }

    @Override
    public long copiedBytes() {
        return copiedBytes;
    }

    @Override
    public boolean copied(Tensor weight) {
        return HostBuffer.layout(weight) != null;
    }

    @Override
    public Ops ops() {
        return ops;
    }

    @Override
    public MemorySegment read(Tensor tensor) {
        return HostBuffer.in(tensor.buffer()).asSlice(tensor.offsetBytes(), tensor.byteSize());
    }

    @Override
    public void copy(Buffer from, Buffer to, long size) {
        MemorySegment.copy(HostBuffer.in(from), 0, HostBuffer.in(to), 0, size);
    }

    @Override
    public void read(Buffer from, long offset, MemorySegment to) {
        MemorySegment.copy(HostBuffer.in(from), offset, to, 0, to.byteSize());
    }

    @Override
    public void write(Buffer to, long offset, MemorySegment from) {
        MemorySegment.copy(from, 0, HostBuffer.in(to), offset, from.byteSize());
    }

    @Override
    public void parallel(int count, IntConsumer work) {
        ops.parallel(count, work);
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
        Cleanup cleanup = new Cleanup();
        if (kernels instanceof X86Kernels x86) {
            cleanup.add(x86::close);
        }
        if (weights.scope().isAlive()) {
            cleanup.add(weights::close);
            copiedBytes = 0;
        }
        cleanup.add(ops::close);
        cleanup.run();
    }
}
