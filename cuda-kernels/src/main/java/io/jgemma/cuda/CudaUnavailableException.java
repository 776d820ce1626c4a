package io.jgemma.cuda;

import io.jgemma.engine.backend.DeviceException;

/** This machine cannot run CUDA kernels. The message is one sentence for people: why, and how to go on. */
public class CudaUnavailableException extends DeviceException {
    private static final long serialVersionUID = 1L;

    public CudaUnavailableException(String message) {
        super(message);
    }

    public CudaUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
