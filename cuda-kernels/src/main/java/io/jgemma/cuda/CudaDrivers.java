package io.jgemma.cuda;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * Opens the driver. The driver's library is looked at before any class of JCuda is touched: a missing entry would end the
 * process there, and here it is a sentence.
 */
public final class CudaDrivers {
    /** What the driver installs, by the name programs load it with. */
    public static final String LIBRARY = File.separatorChar == '\\' ? "nvcuda.dll" : "libcuda.so.1";

    private static final int OLDEST_DRIVER = 12000;
    private static final int NO_DEVICE = 100;
    private static final String BINDING = "io.jgemma.cuda.jcuda.JCudaBinding";
    private static final String GO_ON = "; without -ngl the model runs on the processor";

    /** The entries that the binding calls. All exist since CUDA 12.0. */
    private static final List<String> ENTRIES =
            List.of(("cuInit cuDriverGetVersion cuDeviceGetCount cuDeviceGet cuDeviceGetName cuDeviceGetAttribute"
                            + " cuDevicePrimaryCtxRetain cuDevicePrimaryCtxRelease_v2 cuCtxSetCurrent cuCtxSynchronize"
                            + " cuDeviceCanAccessPeer cuCtxEnablePeerAccess cuMemGetInfo_v2 cuMemAlloc_v2 cuMemFree_v2"
                            + " cuMemHostAlloc cuMemFreeHost cuMemcpyHtoDAsync_v2 cuMemcpyDtoHAsync_v2"
                            + " cuMemcpyDtoDAsync_v2 cuMemcpyPeerAsync cuMemsetD8Async cuModuleLoadDataEx cuModuleUnload"
                            + " cuModuleGetFunction cuFuncSetAttribute cuOccupancyMaxActiveBlocksPerMultiprocessor"
                            + " cuLaunchKernel cuStreamCreate cuStreamDestroy_v2 cuStreamSynchronize cuStreamWaitEvent"
                            + " cuEventCreate cuEventDestroy_v2 cuEventRecord cuEventSynchronize cuEventQuery"
                            + " cuEventElapsedTime cuStreamBeginCapture_v2 cuStreamEndCapture"
                            + " cuGraphInstantiateWithFlags cuGraphLaunch cuGraphExecDestroy cuGraphDestroy"
                            + " cuGetErrorName cuGetErrorString")
                    .split(" "));

    private CudaDrivers() {}

    /**
     * The driver of this machine, initialized, with at least one device.
     *
     * @throws CudaUnavailableException where there is none, or none that is new enough
     */
    public static CudaDriver open() {
        return open(LIBRARY);
    }

    /** As {@link #open()}, probing a library of another name. */
    static CudaDriver open(String library) {
        probe(library);
        return bind();
    }

    @SuppressWarnings("restricted")
    private static void probe(String library) {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup driver = lookup(library, arena);
            for (String entry : ENTRIES) {
                if (driver.find(entry).isEmpty()) {
                    throw new CudaUnavailableException("the NVIDIA driver is too old (it lacks " + entry
                            + "): install one of version 525 or newer" + GO_ON);
                }
            }
            MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
            MethodHandle version = handle(driver, "cuDriverGetVersion", ValueLayout.ADDRESS);
            int code = (int) version.invokeExact(number);
            int found = number.get(ValueLayout.JAVA_INT, 0);
            if (code != 0 || found < OLDEST_DRIVER) {
                throw new CudaUnavailableException(
                        "the NVIDIA driver is too old (it supports CUDA %d.%d, 12.0 is needed)"
                                        .formatted(found / 1000, found % 1000 / 10)
                                + ": install one of version 525 or newer" + GO_ON);
            }
            code = (int) handle(driver, "cuInit", ValueLayout.JAVA_INT).invokeExact(0);
            if (code == NO_DEVICE) {
                throw new CudaUnavailableException("there is an NVIDIA driver and no GPU it could use" + GO_ON);
            }
            if (code != 0) {
                throw new CudaUnavailableException(
                        "the NVIDIA driver does not start (cuInit gives " + code + "): does nvidia-smi work?" + GO_ON);
            }
        } catch (CudaUnavailableException e) {
            throw e;
        } catch (Throwable e) { // what a method handle declares; entries themselves throw nothing
            throw new CudaUnavailableException("the NVIDIA driver cannot be asked: " + e, e);
        }
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup lookup(String library, Arena arena) {
        try {
            return SymbolLookup.libraryLookup(library, arena);
        } catch (IllegalArgumentException e) {
            throw new CudaUnavailableException(
                    "there is no NVIDIA driver on this machine (" + library + " is not found)" + GO_ON, e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(SymbolLookup driver, String entry, MemoryLayout argument) {
        return Linker.nativeLinker()
                .downcallHandle(
                        driver.find(entry).orElseThrow(), FunctionDescriptor.of(ValueLayout.JAVA_INT, argument));
    }

    private static CudaDriver bind() {
        try {
            return (CudaDriver) NativesLoader.create()
                    .loadClass(BINDING)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new CudaUnavailableException("JCuda cannot be loaded: " + cause + GO_ON, e);
        }
    }
}
