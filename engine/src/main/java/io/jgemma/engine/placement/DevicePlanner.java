package io.jgemma.engine.placement;

import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.backend.DeviceInfo;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.engine.plan.DevicePlan;
import io.jgemma.engine.plan.MemoryPlan;
import io.jgemma.engine.plan.Offload;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Cuts a model into parts for devices, and refuses what does not fit before anything is loaded. */
public final class DevicePlanner {

    /** Memory of a device that no plan takes: small tables, what the driver needs. */
    static final long OWN_RESERVE_BYTES = 96L << 20;

    /** Memory that cuBLAS takes beside: its kernels and workspace, and operands in F16. */
    private static final long CUBLAS_RESERVE_BYTES = 256L << 20;

    private static final double GIB = 1L << 30;
    private static final double MIB = 1L << 20;
    private static final int SHORTEST_HINT_TOKENS = 256;

    private final PlacementOptions options;
    private final MemoryCounter counter;
    private final int contextTokens;
    private final int layers;
    private final long reserveBytes;

    /** Layers that run in one place; they begin where those of the place before end. */
    private record Cut(@Nullable DeviceInfo device, int end) {}

    /** A planner for the model of {@code counter}. */
    public DevicePlanner(PlacementOptions options, MemoryCounter counter) {
        this.options = options;
        this.counter = counter;
        layers = counter.spec().layers().size();
        contextTokens = options.contextTokens() > 0
                ? options.contextTokens()
                : counter.spec().contextTokens();
        Offload offload = options.offload();
        long forOthers = offload.gemm() == Gemm.CUBLAS ? CUBLAS_RESERVE_BYTES : 0;
        reserveBytes = OWN_RESERVE_BYTES + forOthers + offload.reserveBytes();
    }

    /** Everything on the CPU. */
    DevicePlan onCpu() {
        return plan(List.of(new Cut(null, layers)), contextTokens);
    }

    /**
     * The plan that the options ask for.
     *
     * @param all devices that there are; at least one
     * @throws DeviceException when the layers asked for do not fit, or the device is not there
     */
    DevicePlan over(List<DeviceInfo> all) {
        List<DeviceInfo> devices = asked(all);
        if (options.offload().layers() == Offload.AUTO) {
            return mostThatFits(devices);
        }
        DevicePlan plan = unchecked(devices);
        for (int i = 0; i < plan.parts().size(); i++) {
            if (!fits(plan.parts().get(i))) {
                throw refusal(plan, i, devices);
            }
        }
        return plan;
    }

    /** The same, also where it does not fit. */
    public DevicePlan wanted(List<DeviceInfo> all) {
        if (options.offload().layers() == 0) {
            return onCpu();
        }
        List<DeviceInfo> devices = asked(all);
        return options.offload().layers() == Offload.AUTO ? mostThatFits(devices) : unchecked(devices);
    }

    private DevicePlan unchecked(List<DeviceInfo> devices) {
        return plan(spread(Math.min(options.offload().layers(), layers), devices), contextTokens);
    }

    private List<DeviceInfo> asked(List<DeviceInfo> all) {
        Offload offload = options.offload();
        List<DeviceInfo> devices = offload.split() ? all : List.of(find(all, offload.device()));
        if (offload.shares().size() > devices.size()) {
            throw new DeviceException(
                    "layers are to be shared by " + offload.shares().size() + " devices, and there "
                            + (devices.size() == 1 ? "is 1" : "are " + devices.size()));
        }
        return devices;
    }

    /** Memory of a device that a plan leaves free. */
    public long reserveBytes() {
        return reserveBytes;
    }

    private static DeviceInfo find(List<DeviceInfo> all, int number) {
        return all.stream()
                .filter(device -> device.number() == number)
                .findFirst()
                .orElseThrow(() -> new DeviceException("there is no device " + number + "; devices are "
                        + String.join(
                                ", ",
                                all.stream()
                                        .map(device -> device.number() + " (" + device.name() + ")")
                                        .toList())));
    }

    private DevicePlan mostThatFits(List<DeviceInfo> devices) {
        for (int count = layers; count > 0; count--) {
            DevicePlan plan = plan(spread(count, devices), contextTokens);
            if (plan.parts().stream().allMatch(this::fits)) {
                return plan;
            }
        }
        return onCpu();
    }

    private boolean fits(DevicePlan.Part part) {
        DeviceInfo device = part.device();
        return device == null || part.memory().totalBytes() + reserveBytes <= device.freeBytes();
    }

    /** The last {@code count} layers on devices, in their order; those before on the CPU. */
    private List<Cut> spread(int count, List<DeviceInfo> devices) {
        List<Cut> cuts = new ArrayList<>();
        int first = layers - count;
        if (first > 0) {
            cuts.add(new Cut(null, first));
        }
        double total = 0;
        for (int d = 0; d < devices.size(); d++) {
            total += share(d, devices);
        }
        double before = 0;
        int from = first;
        for (int d = 0; d < devices.size(); d++) {
            before += share(d, devices);
            int end = first + (int) Math.round(count * before / total);
            if (end > from) {
                cuts.add(new Cut(devices.get(d), end));
                from = end;
            }
        }
        return cuts;
    }

    private static List<Cut> cuts(DevicePlan plan) {
        return plan.parts().stream()
                .map(part -> new Cut(part.device(), part.endLayer()))
                .toList();
    }

    private DevicePlan plan(List<Cut> cuts, int context) {
        List<MemoryPlan> memory =
                counter.inPlaces(cuts.stream().map(Cut::end).toList(), context, options.microBatchTokens());
        List<DevicePlan.Part> parts = new ArrayList<>();
        int first = 0;
        for (int i = 0; i < cuts.size(); i++) {
            Cut cut = cuts.get(i);
            parts.add(new DevicePlan.Part(cut.device(), first, cut.end(), memory.get(i)));
            first = cut.end();
        }
        return new DevicePlan(parts);
    }

    private double share(int index, List<DeviceInfo> devices) {
        List<Double> shares = options.offload().shares();
        if (shares.isEmpty()) {
            return Math.max(1, devices.get(index).freeBytes() - reserveBytes);
        }
        return index < shares.size() ? shares.get(index) : 0;
    }

    private DeviceException refusal(DevicePlan plan, int index, List<DeviceInfo> devices) {
        DevicePlan.Part part = plan.parts().get(index);
        DeviceInfo device = part.place().orElseThrow();
        MemoryPlan memory = part.memory();
        StringBuilder message = new StringBuilder("GPU %d (%s) has %s free, and %s of the model need %s there"
                .formatted(
                        device.number(),
                        device.name(),
                        size(device.freeBytes()),
                        part.layers() == 1 ? "1 layer" : part.layers() + " layers",
                        size(memory.totalBytes() + reserveBytes)));
        message.append(" (weights %s, K and V of %d tokens %s, buffers %s, reserve %s)"
                .formatted(
                        size(memory.weightsBytes()),
                        contextTokens,
                        size(memory.kvBytes()),
                        size(memory.bufferBytes()),
                        size(reserveBytes)));
        int shorter = longest(
                contextTokens, context -> fits(plan(cuts(plan), context).parts().get(index)));
        int fewer = layers - mostThatFits(devices).parts().getFirst().endLayer();
        String less = shorter >= SHORTEST_HINT_TOKENS ? "a context of " + shorter + " tokens (-c " + shorter + ")" : "";
        String layersThatFit = fewer > 0 && devices.size() == 1 ? "-ngl " + fewer : "-ngl auto";
        message.append(less.isEmpty() ? ": " : ": " + less + " would fit; ");
        return new DeviceException(message.append(layersThatFit)
                .append(" takes as many layers as fit")
                .toString());
    }

    private static String size(long bytes) {
        return bytes >= GIB ? "%.2f GiB".formatted(bytes / GIB) : "%.1f MiB".formatted(bytes / MIB);
    }

    /** The greatest number below {@code most} for which a condition holds that holds for all smaller ones; 0 when there is none. */
    private static int longest(int most, IntPredicate holds) {
        int fits = 0;
        int fails = most;
        while (fails - fits > 1) {
            int middle = (int) (((long) fits + fails) / 2);
            if (holds.test(middle)) {
                fits = middle;
            } else {
                fails = middle;
            }
        }
        return fits;
    }
}
