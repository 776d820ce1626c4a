package io.jgemma.engine;

import io.jgemma.engine.backend.DeviceInfo;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.placement.DevicePlanner;
import io.jgemma.engine.placement.MemoryCounter;
import io.jgemma.engine.plan.DevicePlan;
import io.jgemma.engine.plan.MemoryPlan;
import java.util.List;

/** What models take, from the headers of their files: nothing is loaded, and no device is touched. */
public final class MemoryEstimate {
    private MemoryEstimate() {}

    /**
     * What a model takes on the CPU.
     *
     * @param file of the model
     * @param options context, micro-batch and types of K and V; the rest, the model among it, plays no part
     * @throws io.jgemma.engine.model.ModelException when it holds no model that can be run
     */
    public static MemoryPlan of(GgufFile file, EngineOptions options) {
        return counter(file, options).inOnePlace(options.contextTokens(), options.microBatchTokens());
    }

    /**
     * Which layers run where, and what they take there, whether it fits or not.
     *
     * @param options as above, with the offload
     * @param devices there are to be, real ones or imagined ones
     * @throws io.jgemma.engine.backend.DeviceException when the offload names a device that is none of them
     */
    public static DevicePlan of(GgufFile file, EngineOptions options, List<DeviceInfo> devices) {
        return planner(file, options).wanted(devices);
    }

    /** Memory of each device that a plan leaves free: what the driver needs, and what the offload says. */
    public static long reserveBytes(GgufFile file, EngineOptions options) {
        return planner(file, options).reserveBytes();
    }

    /** What a vision tower takes with its projector. */
    public static MemoryPlan tower(GgufFile projector) {
        return MemoryCounter.tower(projector);
    }

    private static DevicePlanner planner(GgufFile file, EngineOptions options) {
        return new DevicePlanner(options.placement(), counter(file, options));
    }

    private static MemoryCounter counter(GgufFile file, EngineOptions options) {
        return new MemoryCounter(file, options.keyType(), options.valueType());
    }
}
