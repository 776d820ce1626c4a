package io.jgemma.cuda.backend;

import io.jgemma.cuda.CudaDriver;
import io.jgemma.cuda.CudaDrivers;
import io.jgemma.cuda.CudaException;
import io.jgemma.cuda.CudaUnavailableException;
import io.jgemma.cuda.DeviceAttribute;
import io.jgemma.cuda.DeviceMemory;
import io.jgemma.cuda.kernels.KernelImages;
import io.jgemma.engine.backend.Accelerator;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.backend.DeviceInfo;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.engine.memory.Cleanup;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** NVIDIA's GPUs. The driver is looked for when somebody asks for devices, not before. */
public final class CudaAccelerator implements Accelerator {

    private @Nullable CudaDriver opened;

    /** Touches nothing yet. */
    public CudaAccelerator() {}

    /** The driver, shared by all backends of this accelerator. */
    private synchronized CudaDriver driver() {
        CudaDriver driver = opened;
        if (driver == null) {
            driver = CudaDrivers.open();
            opened = driver;
        }
        return driver;
    }

    @Override
    public List<DeviceInfo> devices() {
        CudaDriver driver = driver();
        List<DeviceInfo> usable = new ArrayList<>();
        List<CudaUnavailableException> tooOld = new ArrayList<>();
        for (int number = 0; number < driver.deviceCount(); number++) {
            int capability = driver.capability(number);
            String name = driver.deviceName(number);
            try {
                KernelImages.targetFor(capability, "GPU " + number + " (" + name + ")");
            } catch (CudaUnavailableException e) {
                tooOld.add(e);
                continue;
            }
            DeviceMemory memory = memory(driver, number, name);
            String kind = "CUDA " + capability / 10 + "." + capability % 10;
            usable.add(new DeviceInfo(
                    number, name, kind, memory.freeBytes(), memory.totalBytes(), bytesPerSecond(driver, number)));
        }
        if (usable.isEmpty() && !tooOld.isEmpty()) {
            throw tooOld.getFirst();
        }
        for (CudaUnavailableException each : tooOld) {
            System.getLogger(CudaAccelerator.class.getName())
                    .log(System.Logger.Level.INFO, "left out: {0}", each.getMessage());
        }
        return usable;
    }

    /** Two transfers a clock. */
    private static long bytesPerSecond(CudaDriver driver, int number) {
        long kilohertz = driver.attribute(number, DeviceAttribute.MEMORY_CLOCK_KILOHERTZ);
        long bits = driver.attribute(number, DeviceAttribute.MEMORY_BUS_BITS);
        return 2 * kilohertz * 1000 * bits / Byte.SIZE;
    }

    /** What is free once a context, which takes some itself, is there. */
    private static DeviceMemory memory(CudaDriver driver, int number, String name) {
        Cleanup cleanup = new Cleanup();
        try {
            long context = driver.retainContext(number);
            cleanup.add(() -> driver.releaseContext(number));
            driver.makeCurrent(context);
            DeviceMemory memory = driver.memory();
            cleanup.run();
            return memory;
        } catch (CudaException e) {
            throw new DeviceException(
                    "GPU %d (%s) cannot be used: %s; CUDA_VISIBLE_DEVICES in the environment can leave it out"
                            .formatted(number, name, e.getMessage()),
                    cleanup.after(e));
        }
    }

    @Override
    public Backend open(int number, Gemm gemm) {
        return CudaBackend.open(driver(), number, gemm);
    }
}
