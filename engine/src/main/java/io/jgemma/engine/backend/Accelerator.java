package io.jgemma.engine.backend;

import java.util.List;

/**
 * Devices beside the CPU. Found through {@link java.util.ServiceLoader}; nothing of a device's driver is touched before one
 * of these methods is called.
 */
public interface Accelerator {

    /**
     * The devices that can be used, by ascending number.
     *
     * @throws DeviceException when there is none; the message says why and how to go on
     */
    List<DeviceInfo> devices();

    /**
     * Takes a device; closing the backend gives it back.
     *
     * @param number of one of {@link #devices}
     * @param gemm who multiplies many rows
     * @throws DeviceException when it cannot be used, or {@code gemm} is not installed
     */
    Backend open(int number, Gemm gemm);
}
