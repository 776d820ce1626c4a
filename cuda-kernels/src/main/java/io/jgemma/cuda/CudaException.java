package io.jgemma.cuda;

import io.jgemma.engine.backend.DeviceException;
import java.util.Set;

/** A call of the CUDA driver failed. A fault inside a kernel shows at a later call that waits for it. */
public class CudaException extends DeviceException {
    private static final long serialVersionUID = 1L;

    /** After these a device refuses all work until its context is gone. */
    private static final Set<String> ENDS_CONTEXT = Set.of(
            "CUDA_ERROR_ILLEGAL_ADDRESS",
            "CUDA_ERROR_MISALIGNED_ADDRESS",
            "CUDA_ERROR_ILLEGAL_INSTRUCTION",
            "CUDA_ERROR_INVALID_ADDRESS_SPACE",
            "CUDA_ERROR_INVALID_PC",
            "CUDA_ERROR_HARDWARE_STACK_ERROR",
            "CUDA_ERROR_LAUNCH_FAILED",
            "CUDA_ERROR_LAUNCH_TIMEOUT",
            "CUDA_ERROR_ECC_UNCORRECTABLE",
            "CUDA_ERROR_UNKNOWN");

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
        super("%s failed%s: %s (%s)%s"
                .formatted(call, device < 0 ? "" : " on device " + device, error, detail, advice(error)));
        this.call = call;
        this.error = error;
        this.device = device;
    }

    private static String advice(String error) {
        if (ENDS_CONTEXT.contains(error)) {
            return "; the GPU answers nobody until the model is loaded again; if it fails again, see nvidia-smi and the"
                    + " system's log";
        }
        return switch (error) {
            case "CUDA_ERROR_DEVICE_UNAVAILABLE" ->
                "; another program has the GPU to itself, or it is lost: see nvidia-smi";
            case "CUDA_ERROR_OUT_OF_MEMORY" -> "; nvidia-smi shows what other programs take";
            case "CUDA_ERROR_INVALID_PTX",
                    "CUDA_ERROR_UNSUPPORTED_PTX_VERSION",
                    "CUDA_ERROR_NO_BINARY_FOR_GPU",
                    "CUDA_ERROR_JIT_COMPILER_NOT_FOUND" ->
                "; the NVIDIA driver cannot compile this kernel: install one of version 525 or newer";
            default -> "";
        };
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
