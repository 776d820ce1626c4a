package io.jgemma.cuda;

import java.lang.foreign.MemorySegment;

/**
 * What jgemma asks of the CUDA driver. Contexts, modules, functions, streams, events and graphs are handles that are valid
 * for this driver alone; addresses are the device's own. Stream 0 is the default one.
 *
 * <p>A context belongs to a thread: call from platform threads that have made one current. Calls of several threads are
 * safe. Everything throws {@link CudaException}.
 */
public interface CudaDriver extends AutoCloseable {

    /** The newest CUDA that the driver supports, e.g. 12040 for 12.4. */
    int version();

    int deviceCount();

    String deviceName(int device);

    int attribute(int device, DeviceAttribute attribute);

    /** Compute capability, e.g. 86 for 8.6. */
    default int capability(int device) {
        return 10 * attribute(device, DeviceAttribute.CAPABILITY_MAJOR)
                + attribute(device, DeviceAttribute.CAPABILITY_MINOR);
    }

    /** The device's primary context, to be released as often as retained. */
    long retainContext(int device);

    void releaseContext(int device);

    /** Makes a context that of the calling thread. */
    void makeCurrent(long context);

    /** Waits for all work of the current context. */
    void synchronize();

    boolean canAccessPeer(int device, int peer);

    /** Lets kernels of the current context read and write memory of another. */
    void enablePeerAccess(long peerContext);

    /** Memory of the current device. */
    DeviceMemory memory();

    /** Memory on the current device; what it holds is undefined. */
    long allocate(long bytes);

    void free(long address);

    /** Memory of the host that devices copy from and to without the processor. */
    MemorySegment allocatePinned(long bytes);

    void freePinned(MemorySegment memory);

    /** Copies to a device. Ordinary memory is copied away before this returns, pinned memory when the stream gets there. */
    void copyToDevice(long to, MemorySegment from, long stream);

    /** Copies from a device. Ordinary memory is complete when this returns, pinned memory when the stream got there. */
    void copyToHost(MemorySegment to, long from, long stream);

    void copyOnDevice(long to, long from, long bytes, long stream);

    /** Copies between devices, through peer access or the host. */
    void copyPeer(long to, long toContext, long from, long fromContext, long bytes, long stream);

    void fill(long at, byte value, long bytes, long stream);

    /**
     * Compiles PTX for the current device.
     *
     * @param ptx text, ended by a zero
     */
    long loadModule(MemorySegment ptx);

    void unloadModule(long module);

    long function(long module, String name);

    /** Allows a function more dynamic shared memory than the 48 KiB every one may have. */
    void allowSharedBytes(long function, int bytes);

    /** Blocks of a function that one multiprocessor holds at a time. */
    int occupancy(long function, int threads, int sharedBytes);

    void launch(long function, LaunchShape shape, Arguments arguments, long stream);

    /** A stream that does not wait for the default one. */
    long createStream();

    void destroyStream(long stream);

    void synchronizeStream(long stream);

    /** Lets later work of a stream wait for an event. */
    void waitForEvent(long stream, long event);

    long createEvent();

    void destroyEvent(long event);

    void recordEvent(long event, long stream);

    void synchronizeEvent(long event);

    /** Whether the work before an event is done. */
    boolean isDone(long event);

    /** Time between two recorded events that are done. */
    float elapsedMillis(long from, long to);

    /** Work put on the stream from now on becomes a graph. */
    void beginCapture(long stream);

    /** The graph since {@link #beginCapture}, made ready to be launched. */
    long endCapture(long stream);

    void launchGraph(long graph, long stream);

    void destroyGraph(long graph);

    /**
     * cuBLAS, working on a stream of the current context.
     *
     * @throws CudaUnavailableException where it is not installed
     */
    Cublas openCublas(long stream);

    /** Forgets all handles. What they stand for has to be destroyed before. */
    @Override
    void close();
}
