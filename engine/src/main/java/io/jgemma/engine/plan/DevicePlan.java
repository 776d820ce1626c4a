package io.jgemma.engine.plan;

import io.jgemma.engine.backend.DeviceInfo;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which layers run where, and the memory they need there.
 *
 * @param parts first layer to last
 */
public record DevicePlan(List<Part> parts) {

    /**
     * Consecutive layers in one place.
     *
     * @param device where they run; null = the CPU
     * @param firstLayer index of the first layer
     * @param endLayer index of the layer behind the last one
     * @param memory what they need there, with K and V of one session's full context
     */
    public record Part(@Nullable DeviceInfo device, int firstLayer, int endLayer, MemoryPlan memory) {

        /** Where the layers run; empty for the CPU. */
        public Optional<DeviceInfo> place() {
            return Optional.ofNullable(device);
        }

        /** Number of layers. */
        public int layers() {
            return endLayer - firstLayer;
        }
    }

    public DevicePlan {
        parts = List.copyOf(parts);
    }
}
