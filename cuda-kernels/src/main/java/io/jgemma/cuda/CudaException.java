package io.jgemma.cuda;

import io.jgemma.engine.backend.DeviceException;

/** A call of the CUDA driver failed. A fault inside a kernel shows at a later call that waits for it. */
public class CudaException extends DeviceException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final String error;
    private final int device;

    /**
     * @param call the driver's entry, e.g. {@code cuMemAlloc}
     * @param error CUDA's name of the error, e.g. {@code CUDA_ERROR_OUT_OF_MEMORY}
     * @param device the thread's current device, or -1 where there is none
     * @param detail what else is known: CUDA's own words, sizes, the compiler's log
     */
    public CudaException(String call, String error, int device, String detail) {
        super("%s failed%s: %s (%s)".formatted(call, device < 0 ? "" : " on device " + device, error, detail));
        this.call = call;
        this.error = error;
        this.device = device;
    }

    /** The driver's entry that reported the error. */
    public String call() {
        return call;
    }

    /** CUDA's name of the error. */
    public String error() {
        return error;
    }

    /** The device, or -1. */
    public int device() {
        return device;
    }
}
