package io.jgemma.cuda.jcuda;

import io.jgemma.cuda.Arguments;
import io.jgemma.cuda.Cublas;
import io.jgemma.cuda.CublasLibrary;
import io.jgemma.cuda.CudaDriver;
import io.jgemma.cuda.CudaException;
import io.jgemma.cuda.DeviceAttribute;
import io.jgemma.cuda.DeviceMemory;
import io.jgemma.cuda.LaunchShape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** {@link CudaDriver} over JCuda's driver API. */
public final class JCudaBinding implements CudaDriver {
    private static final int LOG_BYTES = 8192;
    private static final int NAME_BYTES = 256;
    private static final int NON_BLOCKING = 1;

    private record Owned(CUcontext context, int device) {}

    private final Handles<Owned> contexts = new Handles<>("context");
    private final Handles<CUmodule> modules = new Handles<>("module");
    private final Handles<CUfunction> functions = new Handles<>("function");
    private final Handles<CUstream> streams = new Handles<>("stream");
    private final Handles<CUevent> events = new Handles<>("event");
    private final Handles<CUgraphExec> graphs = new Handles<>("graph");
    private final ThreadLocal<Integer> device = ThreadLocal.withInitial(() -> -1);

    public JCudaBinding() {
        JCudaDriver.setExceptionsEnabled(false);
        check("cuInit", JCudaDriver.cuInit(0));
    }

    @Override
    public int version() {
        int[] version = {0};
        check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
        return version[0];
    }

    @Override
    public int deviceCount() {
        int[] count = {0};
        check("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(count));
        return count[0];
    }

    @Override
    public String deviceName(int number) {
        byte[] name = new byte[NAME_BYTES];
        check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, name.length, find(number)));
        return new String(name, StandardCharsets.UTF_8).split("\0", 2)[0];
    }

    @Override
    public int attribute(int number, DeviceAttribute attribute) {
        int[] value = {0};
        check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, attribute.number(), find(number)));
        return value[0];
    }

    @Override
    public long retainContext(int number) {
        CUcontext context = new CUcontext();
        check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, find(number)));
        return contexts.add(new Owned(context, number));
    }

    @Override
    public void releaseContext(int number) {
        check("cuDevicePrimaryCtxRelease", JCudaDriver.cuDevicePrimaryCtxRelease(find(number)));
    }

    @Override
    public void makeCurrent(long context) {
        Owned owned = contexts.get(context);
        device.set(owned.device());
        check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(owned.context()));
    }

    @Override
    public void synchronize() {
        check("cuCtxSynchronize", JCudaDriver.cuCtxSynchronize());
    }

    @Override
    public boolean canAccessPeer(int from, int peer) {
        int[] can = {0};
        check("cuDeviceCanAccessPeer", JCudaDriver.cuDeviceCanAccessPeer(can, find(from), find(peer)));
        return can[0] != 0;
    }

    @Override
    public void enablePeerAccess(long peerContext) {
        check(
                "cuCtxEnablePeerAccess",
                JCudaDriver.cuCtxEnablePeerAccess(contexts.get(peerContext).context(), 0));
    }

    @Override
    public DeviceMemory memory() {
        long[] free = {0};
        long[] total = {0};
        check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, total));
        return new DeviceMemory(free[0], total[0]);
    }

    @Override
    public long allocate(long bytes) {
        Address.Device address = new Address.Device(0);
        int code = JCudaDriver.cuMemAlloc(address, bytes);
        if (code != CUresult.CUDA_SUCCESS) {
            throw failure("cuMemAlloc", code, bytes + " bytes asked for");
        }
        return address.address();
    }

    @Override
    public void free(long address) {
        check("cuMemFree", JCudaDriver.cuMemFree(Address.device(address)));
    }

    @Override
    @SuppressWarnings("restricted")
    public MemorySegment allocatePinned(long bytes) {
        Address.Host address = new Address.Host(0);
        int code = JCudaDriver.cuMemHostAlloc(address, bytes, 0);
        if (code != CUresult.CUDA_SUCCESS) {
            throw failure("cuMemHostAlloc", code, bytes + " bytes asked for");
        }
        return MemorySegment.ofAddress(address.address()).reinterpret(bytes);
    }

    @Override
    public void freePinned(MemorySegment memory) {
        check("cuMemFreeHost", JCudaDriver.cuMemFreeHost(Address.host(memory.address())));
    }

    @Override
    public void copyToDevice(long to, MemorySegment from, long stream) {
        check(
                "cuMemcpyHtoDAsync",
                JCudaDriver.cuMemcpyHtoDAsync(
                        Address.device(to), Address.host(addressOf(from)), from.byteSize(), stream(stream)));
    }

    @Override
    public void copyToHost(MemorySegment to, long from, long stream) {
        check(
                "cuMemcpyDtoHAsync",
                JCudaDriver.cuMemcpyDtoHAsync(
                        Address.host(addressOf(to)), Address.device(from), to.byteSize(), stream(stream)));
    }

    @Override
    public void copyOnDevice(long to, long from, long bytes, long stream) {
        check(
                "cuMemcpyDtoDAsync",
                JCudaDriver.cuMemcpyDtoDAsync(Address.device(to), Address.device(from), bytes, stream(stream)));
    }

    @Override
    public void copyPeer(long to, long toContext, long from, long fromContext, long bytes, long stream) {
        check(
                "cuMemcpyPeerAsync",
                JCudaDriver.cuMemcpyPeerAsync(
                        Address.device(to),
                        contexts.get(toContext).context(),
                        Address.device(from),
                        contexts.get(fromContext).context(),
                        bytes,
                        stream(stream)));
    }

    @Override
    public void fill(long at, byte value, long bytes, long stream) {
        check("cuMemsetD8Async", JCudaDriver.cuMemsetD8Async(Address.device(at), value, bytes, stream(stream)));
    }

    @Override
    public long loadModule(MemorySegment ptx) {
        CUmodule module = new CUmodule();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment log = arena.allocate(LOG_BYTES);
            MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_LONG, log.address(), LOG_BYTES);
            int[] options = {CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
            int code = JCudaDriver.cuModuleLoadDataEx(
                    module, Address.host(addressOf(ptx)), options.length, options, Address.host(values.address()));
            if (code != CUresult.CUDA_SUCCESS) {
                throw failure("cuModuleLoadDataEx", code, log.getString(0));
            }
        }
        return modules.add(module);
    }

    @Override
    public void unloadModule(long module) {
        check("cuModuleUnload", JCudaDriver.cuModuleUnload(modules.remove(module)));
    }

    @Override
    public long function(long module, String name) {
        CUfunction function = new CUfunction();
        int code = JCudaDriver.cuModuleGetFunction(function, modules.get(module), name);
        if (code != CUresult.CUDA_SUCCESS) {
            throw failure("cuModuleGetFunction", code, name);
        }
        return functions.add(function);
    }

    @Override
    public void allowSharedBytes(long function, int bytes) {
        check(
                "cuFuncSetAttribute",
                JCudaDriver.cuFuncSetAttribute(
                        functions.get(function),
                        CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                        bytes));
    }

    @Override
    public int occupancy(long function, int threads, int sharedBytes) {
        int[] blocks = {0};
        check(
                "cuOccupancyMaxActiveBlocksPerMultiprocessor",
                JCudaDriver.cuOccupancyMaxActiveBlocksPerMultiprocessor(
                        blocks, functions.get(function), threads, sharedBytes));
        return blocks[0];
    }

    @Override
    public void launch(long function, LaunchShape shape, Arguments arguments, long stream) {
        check(
                "cuLaunchKernel",
                JCudaDriver.cuLaunchKernel(
                        functions.get(function),
                        shape.blocksX(),
                        shape.blocksY(),
                        shape.blocksZ(),
                        shape.threads(),
                        1,
                        1,
                        shape.sharedBytes(),
                        stream(stream),
                        Address.host(arguments.address()),
                        null));
    }

    @Override
    public long createStream() {
        CUstream stream = new CUstream();
        check("cuStreamCreate", JCudaDriver.cuStreamCreate(stream, NON_BLOCKING));
        return streams.add(stream);
    }

    @Override
    public void destroyStream(long stream) {
        check("cuStreamDestroy", JCudaDriver.cuStreamDestroy(streams.remove(stream)));
    }

    @Override
    public void synchronizeStream(long stream) {
        check("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(stream(stream)));
    }

    @Override
    public void waitForEvent(long stream, long event) {
        check("cuStreamWaitEvent", JCudaDriver.cuStreamWaitEvent(stream(stream), events.get(event), 0));
    }

    @Override
    public long createEvent() {
        CUevent event = new CUevent();
        check("cuEventCreate", JCudaDriver.cuEventCreate(event, 0));
        return events.add(event);
    }

    @Override
    public void destroyEvent(long event) {
        check("cuEventDestroy", JCudaDriver.cuEventDestroy(events.remove(event)));
    }

    @Override
    public void recordEvent(long event, long stream) {
        check("cuEventRecord", JCudaDriver.cuEventRecord(events.get(event), stream(stream)));
    }

    @Override
    public void synchronizeEvent(long event) {
        check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(events.get(event)));
    }

    @Override
    public boolean isDone(long event) {
        int code = JCudaDriver.cuEventQuery(events.get(event));
        if (code != CUresult.CUDA_ERROR_NOT_READY) {
            check("cuEventQuery", code);
        }
        return code == CUresult.CUDA_SUCCESS;
    }

    @Override
    public float elapsedMillis(long from, long to) {
        float[] millis = {0};
        check("cuEventElapsedTime", JCudaDriver.cuEventElapsedTime(millis, events.get(from), events.get(to)));
        return millis[0];
    }

    @Override
    public void beginCapture(long stream) {
        check(
                "cuStreamBeginCapture",
                JCudaDriver.cuStreamBeginCapture(
                        stream(stream), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    }

    @Override
    public long endCapture(long stream) {
        CUgraph graph = new CUgraph();
        check("cuStreamEndCapture", JCudaDriver.cuStreamEndCapture(stream(stream), graph));
        CUgraphExec executable = new CUgraphExec();
        int code = JCudaDriver.cuGraphInstantiate(executable, graph, 0);
        check("cuGraphDestroy", JCudaDriver.cuGraphDestroy(graph));
        check("cuGraphInstantiate", code);
        return graphs.add(executable);
    }

    @Override
    public void launchGraph(long graph, long stream) {
        check("cuGraphLaunch", JCudaDriver.cuGraphLaunch(graphs.get(graph), stream(stream)));
    }

    @Override
    public void destroyGraph(long graph) {
        check("cuGraphExecDestroy", JCudaDriver.cuGraphExecDestroy(graphs.remove(graph)));
    }

    @Override
    public Cublas openCublas(long stream) {
        CublasLibrary.check();
        return new JCublasBinding(streams.get(stream), device.get());
    }

    @Override
    public void close() {
        contexts.clear();
        modules.clear();
        functions.clear();
        streams.clear();
        events.clear();
        graphs.clear();
    }

    private CUdevice find(int number) {
        CUdevice found = new CUdevice();
        check("cuDeviceGet", JCudaDriver.cuDeviceGet(found, number));
        return found;
    }

    private @Nullable CUstream stream(long handle) {
        return handle == 0 ? null : streams.get(handle);
    }

    private static long addressOf(MemorySegment memory) {
        if (!memory.isNative()) {
            throw new IllegalArgumentException("memory on the Java heap cannot be given to the driver: " + memory);
        }
        return memory.address();
    }

    private void check(String call, int code) {
        if (code != CUresult.CUDA_SUCCESS) {
            throw failure(call, code, "");
        }
    }

    private CudaException failure(String call, int code, String detail) {
        String[] name = {""};
        String[] text = {""};
        JCudaDriver.cuGetErrorName(code, name);
        JCudaDriver.cuGetErrorString(code, text);
        String words = text[0] + (detail.isEmpty() ? "" : "; " + detail.strip());
        return new CudaException(call, name[0] == null ? "error " + code : name[0], device.get(), words);
    }
}
