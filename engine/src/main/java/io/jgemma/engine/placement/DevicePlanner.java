package io.jgemma.engine.placement;

import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.backend.DeviceInfo;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.plan.DevicePlan;
import io.jgemma.engine.plan.MemoryPlan;
import io.jgemma.engine.plan.Offload;
import io.jgemma.engine.spec.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Cuts a model into parts for devices, and refuses what does not fit before anything is loaded. */
final class DevicePlanner {

    /** Memory of a device that no plan takes: small tables, what the driver needs. */
    static final long OWN_RESERVE_BYTES = 96L << 20;

    /** Memory that cuBLAS takes beside: its kernels and workspace, and operands in F16. */
    private static final long CUBLAS_RESERVE_BYTES = 256L << 20;

    private static final double GIB = 1L << 30;
    private static final double MIB = 1L << 20;
    private static final int SHORTEST_HINT_TOKENS = 256;

    private final PlacementOptions options;
    private final ModelSpec spec;
    private final GgufFile file;
    private final int layers;
    private final long reserveBytes;

    DevicePlanner(PlacementOptions options, ModelSpec spec, GgufFile file) {
        this.options = options;
        this.spec = spec;
        this.file = file;
        layers = spec.layers().size();
        Offload offload = options.offload();
        long forOthers = offload.gemm() == Gemm.CUBLAS ? CUBLAS_RESERVE_BYTES : 0;
        reserveBytes = OWN_RESERVE_BYTES + forOthers + offload.reserveBytes();
    }

    /** Everything on the CPU. */
    DevicePlan onCpu() {
        return new DevicePlan(List.of(part(null, 0, layers)));
    }

    /**
     * The plan that the options ask for.
     *
     * @param all devices that there are; at least one
     * @throws DeviceException when the layers asked for do not fit, or the device is not there
     */
    DevicePlan over(List<DeviceInfo> all) {
        Offload offload = options.offload();
        List<DeviceInfo> devices = offload.split() ? all : List.of(find(all, offload.device()));
        if (offload.shares().size() > devices.size()) {
            throw new DeviceException(
                    "layers are to be shared by " + offload.shares().size() + " devices, and there "
                            + (devices.size() == 1 ? "is 1" : "are " + devices.size()));
        }
        if (offload.layers() == Offload.AUTO) {
            return mostThatFits(devices);
        }
        DevicePlan plan = spread(Math.min(offload.layers(), layers), devices);
        for (DevicePlan.Part part : plan.parts()) {
            if (!fits(part)) {
                throw refusal(part, devices);
            }
        }
        return plan;
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
            DevicePlan plan = spread(count, devices);
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
    private DevicePlan spread(int count, List<DeviceInfo> devices) {
        List<DevicePlan.Part> parts = new ArrayList<>();
        int first = layers - count;
        if (first > 0) {
            parts.add(part(null, 0, first));
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
                parts.add(part(devices.get(d), from, end));
                from = end;
            }
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

    private DevicePlan.Part part(@Nullable DeviceInfo device, int first, int end) {
        return new DevicePlan.Part(device, first, end, memory(first, end, options.contextTokens()));
    }

    private MemoryPlan memory(int first, int end, int contextTokens) {
        ModelSpec part = new ModelSpec(
                spec.architecture(),
                spec.contextTokens(),
                spec.vocabulary(),
                spec.hidden(),
                spec.normEpsilon(),
                spec.layers().subList(first, end));
        int context = contextTokens > 0 ? contextTokens : spec.contextTokens();
        return MemoryPlan.of(
                part,
                weightBytes(first, end),
                context,
                options.keyType(),
                options.valueType(),
                Math.min(options.microBatchTokens(), context));
    }

    private long weightBytes(int first, int end) {
        boolean tied = file.find("output.weight").isEmpty();
        Predicate<String> wanted = name -> {
            int layer = layerOf(name);
            if (layer >= 0) {
                return layer >= first && layer < end;
            }
            boolean embedding = name.equals("token_embd.weight");
            boolean head = name.startsWith("output") || (embedding && tied);
            return (embedding && first == 0) || (head && end == layers);
        };
        return file.tensors().stream()
                .filter(tensor -> wanted.test(tensor.name()))
                .map(GgufTensor::data)
                .mapToLong(data -> data.byteSize())
                .sum();
    }

    /** The layer in {@code blk.N.}, or -1. */
    private static int layerOf(String name) {
        int end = name.indexOf('.', 4);
        if (!name.startsWith("blk.") || end < 0) {
            return -1;
        }
        try {
            return Integer.parseInt(name.substring(4, end));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private DeviceException refusal(DevicePlan.Part part, List<DeviceInfo> devices) {
        DeviceInfo device = part.place().orElseThrow();
        MemoryPlan memory = part.memory();
        int context = options.contextTokens() > 0 ? options.contextTokens() : spec.contextTokens();
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
                        context,
                        size(memory.kvBytes()),
                        size(memory.bufferBytes()),
                        size(reserveBytes)));
        int shorter = longestContext(part, context);
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

    /** The longest context with which a part would fit; 0 when none. */
    private int longestContext(DevicePlan.Part part, int most) {
        int fits = 0;
        int fails = most;
        while (fails - fits > 1) {
            int middle = (int) (((long) fits + fails) / 2);
            MemoryPlan memory = memory(part.firstLayer(), part.endLayer(), middle);
            if (fits(new DevicePlan.Part(part.device(), part.firstLayer(), part.endLayer(), memory))) {
                fits = middle;
            } else {
                fails = middle;
            }
        }
        return fits;
    }
}
