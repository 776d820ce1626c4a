package io.jgemma.cuda.backend;

import io.jgemma.cuda.CudaDriver;
import io.jgemma.cuda.CudaException;
import io.jgemma.cuda.DeviceMemory;
import io.jgemma.cuda.Staging;
import io.jgemma.cuda.kernels.KernelImages;
import io.jgemma.cuda.kernels.Kernels;
import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.memory.Cleanup;

/**
 * One GPU with what belongs to it: context, one stream for everything, kernels, staging memory. Work is done in the order
 * in which it is put on the stream, so memory that is written again needs no event.
 *
 * <p>A context belongs to a thread, and the engine comes from any: {@link #enter} makes it current, before every call.
 */
final class Device implements AutoCloseable {
    /** Many, since a chunk of a prompt sends some tables, and the host shall be ahead of the device by more than a chunk. */
    private static final int STAGING_SLOTS = 16;

    private static final long STAGING_SLOT_BYTES = 1L << 20;
    private static final double KIB = 1 << 10;
    private static final double MIB = 1 << 20;

    private final CudaDriver driver;
    private final int number;
    private final String name;
    private final long context;
    private final long stream;
    private final long reached;
    private final Staging staging;
    private final Pass pass;
    private final Kernels kernels;
    private final Cleanup undo;
    private boolean lost;

    private Device(CudaDriver driver, int number, Cleanup undo) {
        this.driver = driver;
        this.number = number;
        this.undo = undo;
        name = driver.deviceName(number);
        KernelImages.targetFor(driver.capability(number), name);
        context = driver.retainContext(number);
        undo.add(() -> driver.releaseContext(number));
        driver.makeCurrent(context);
        stream = driver.createStream();
        undo.add(() -> driver.destroyStream(stream));
        reached = driver.createEvent();
        undo.add(() -> driver.destroyEvent(reached));
        staging = Staging.open(driver, stream, STAGING_SLOTS, STAGING_SLOT_BYTES);
        undo.add(staging::close);
        pass = new Pass(driver, stream, staging);
        kernels = Kernels.load(driver, number, pass);
        undo.add(kernels::close);
        undo.add(() -> pass.close(this));
    }

    /**
     * Takes a device.
     *
     * @throws io.jgemma.cuda.CudaUnavailableException when it is too old
     * @throws CudaException when it fails
     */
    static Device open(CudaDriver driver, int number) {
        Cleanup undo = new Cleanup();
        try {
            return new Device(driver, number, undo);
        } catch (RuntimeException e) {
            throw undo.after(e);
        }
    }

    /** Makes the context that of the calling thread. */
    void enter() {
        driver.makeCurrent(context);
    }

    CudaDriver driver() {
        return driver;
    }

    int number() {
        return number;
    }

    String name() {
        return name;
    }

    long context() {
        return context;
    }

    long stream() {
        return stream;
    }

    Staging staging() {
        return staging;
    }

    /** What is to be done and was not put on the stream yet. */
    Pass pass() {
        return pass;
    }

    Kernels kernels() {
        return kernels;
    }

    /**
     * Memory whose content is undefined.
     *
     * @return its address; 0 for no bytes
     * @throws DeviceException when there is not enough, with the figures
     */
    long allocate(long bytes) {
        if (bytes == 0) {
            return 0;
        }
        try {
            return driver.allocate(bytes);
        } catch (CudaException e) {
            if (!e.error().equals("CUDA_ERROR_OUT_OF_MEMORY")) {
                throw e;
            }
            throw noRoom(bytes, e);
        }
    }

    private DeviceException noRoom(long bytes, CudaException cause) {
        DeviceMemory memory = driver.memory();
        String size = bytes < MIB ? "%.1f KiB".formatted(bytes / KIB) : "%.1f MiB".formatted(bytes / MIB);
        return new DeviceException(
                "GPU %d (%s) has no room for %s more: %.1f of its %.1f MiB are free; take less context (-c),"
                                .formatted(number, name, size, memory.freeBytes() / MIB, memory.totalBytes() / MIB)
                        + " smaller K and V (-ctk, -ctv) or a smaller model",
                cause);
    }

    /** Gives memory back when all work that may use it is done. */
    void free(long address) {
        if (address != 0) {
            orLost(() -> {
                enter();
                pass.flush();
                driver.synchronizeStream(stream);
                driver.free(address);
            });
        }
    }

    /** Lets all later work of this device wait for what another one was given until now. */
    void waitFor(Device other) {
        other.enter();
        other.pass.end();
        driver.recordEvent(other.reached, other.stream);
        enter();
        pass.end();
        driver.waitForEvent(stream, other.reached);
    }

    /** Lets copies from another device go straight to this one where the machine can do that; the driver else takes a detour. */
    void openWayFrom(Device other) {
        if (driver.canAccessPeer(number, other.number)) {
            enter();
            try {
                driver.enablePeerAccess(other.context);
            } catch (CudaException e) {
                if (!e.error().equals("CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED")) {
                    throw e;
                }
            }
        }
    }

    /**
     * Does one step of cleaning up. After a fault the driver refuses every call until the context is gone, and takes all
     * memory back with it; so such a failure is said once, and no reason to leave the other steps undone.
     */
    void orLost(Runnable step) {
        try {
            step.run();
        } catch (CudaException e) {
            if (!lost) {
                lost = true;
                System.getLogger(Device.class.getName())
                        .log(
                                System.Logger.Level.WARNING,
                                "GPU {0} fails while its memory is given back ({1} in {2}); the driver takes it back",
                                number,
                                e.error(),
                                e.call());
            }
        }
    }

    @Override
    public void close() {
        orLost(this::enter);
        orLost(undo::run);
    }
}
