package io.jgemma.engine;

import java.util.Map;

/**
 * Memory of an engine, in bytes.
 *
 * @param weightsBytes the model file; what is not copied is mapped, so the system may drop and read again what is not used
 * @param copiedBytes copies of weights, on devices or in an order that the CPU reads faster
 * @param kvBytes K/V pages of all sessions
 * @param bufferBytes working buffers of the backend
 * @param ofDevices copies, K/V pages and buffers by where they lie: {@code cpu}, {@code gpu0} and so on
 */
public record MemoryUse(
        long weightsBytes, long copiedBytes, long kvBytes, long bufferBytes, Map<String, Long> ofDevices) {
    public MemoryUse {
        ofDevices = Map.copyOf(ofDevices);
    }
}
