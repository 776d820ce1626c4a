package io.jgemma.engine.placement;

import io.jgemma.engine.backend.Accelerator;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.backend.DeviceInfo;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.backend.OperationProfile;
import io.jgemma.engine.backend.ProfiledBackend;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.memory.Cleanup;
import io.jgemma.engine.model.Stage;
import io.jgemma.engine.model.Weights;
import io.jgemma.engine.plan.DevicePlan;
import io.jgemma.engine.plan.LoadListener;
import io.jgemma.engine.plan.MemoryPlan;
import io.jgemma.engine.platform.HostMemory;
import io.jgemma.engine.selftest.SelfTest;
import io.jgemma.engine.selftest.SelfTestOptions;
import io.jgemma.engine.selftest.SelfTestResult;
import io.jgemma.engine.spec.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** The backends that an engine computes with, and which layers each of them has. */
public final class Placement implements AutoCloseable {

    /** The share of the free memory beside the Java heap that K and V may take. */
    private static final double HOST_SHARE = 0.75;

    private final List<Part> parts;
    private final List<Stage> stages = new ArrayList<>();

    /**
     * Layers in one place; they begin where those of the part before end.
     *
     * @param place where they run; empty = the CPU
     * @param endLayer index of the layer behind the last one
     * @param usedBytes what their weights and buffers take there
     */
    private record Part(Optional<DeviceInfo> place, int endLayer, long usedBytes) {
        static Part of(DevicePlan.Part planned) {
            MemoryPlan memory = planned.memory();
            return new Part(planned.place(), planned.endLayer(), memory.weightsBytes() + memory.bufferBytes());
        }
    }

    private Placement(List<Part> parts) {
        this.parts = parts;
    }

    /** The devices of this machine. */
    public static List<DeviceInfo> devices() {
        return accelerator().devices();
    }

    /** What is doubtful about options, one sentence each. */
    public static List<String> warnings(PlacementOptions options) {
        int most = CpuBackend.mostThreads();
        return options.threads() <= most
                ? List.of()
                : List.of(options.threads() + " threads were asked for, but this process has " + most
                        + " processors: using that many, because more would only wait for each other");
    }

    /** Tests a device; see {@link io.jgemma.engine.Engine#selfTest}. */
    public static boolean selfTest(int device, SelfTestOptions options, Consumer<SelfTestResult> listener) {
        Accelerator accelerator = accelerator();
        return new SelfTest(() -> accelerator.open(device, options.gemm()), options).run(listener);
    }

    private static Accelerator accelerator() {
        return ServiceLoader.load(Accelerator.class, Placement.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new DeviceException(
                        "no layer can run on a GPU: the jar jgemma-cuda-kernels is missing; without -ngl the model"
                                + " runs on the processor"));
    }

    /**
     * Opens what the options ask for. If that fails, nothing stays open.
     *
     * @throws DeviceException when a device is missing, or too small
     */
    public static Placement open(PlacementOptions options, GgufFile file, ModelSpec spec) {
        if (options.offload().layers() == 0) {
            // Nothing is to be counted there, and counting takes as long as opening a small model.
            Part all = new Part(Optional.empty(), spec.layers().size(), 0);
            return open(options, List.of(all), file, Placement::noDevice);
        }
        Accelerator accelerator = accelerator();
        MemoryCounter counter = new MemoryCounter(file, options.keyType(), options.valueType());
        DevicePlan plan = new DevicePlanner(options, counter).over(accelerator.devices());
        options.listener().planned(plan);
        if (plan.parts().stream().allMatch(part -> part.place().isEmpty())) {
            options.listener().doubtful("no layer fits into the free memory of a GPU, so all run on the CPU");
        }
        Gemm gemm = options.offload().gemm();
        List<Part> parts = plan.parts().stream().map(Part::of).toList();
        return open(options, parts, file, number -> accelerator.open(number, gemm));
    }

    private interface Opener {
        Backend open(int device);
    }

    private static Backend noDevice(int number) {
        throw new IllegalStateException("a plan for the CPU names device " + number);
    }

    private static Placement open(PlacementOptions options, List<Part> parts, GgufFile file, Opener opener) {
        LongConsumer progress = new Progress(options.listener(), file);
        Placement placement = new Placement(parts);
        boolean complete = false;
        try {
            for (Part part : parts) {
                Backend backend =
                        part.place().map(device -> opener.open(device.number())).orElseGet(() -> cpu(options));
                placement.stages.add(new Stage(backend, new Weights(file, backend, progress), part.endLayer()));
            }
            complete = true;
            return placement;
        } finally {
            if (!complete) {
                placement.close();
            }
        }
    }

    private static Backend cpu(PlacementOptions options) {
        Backend cpu = CpuBackend.open(options.kernels(), options.threads(), options.placing());
        OperationProfile profile = options.profile();
        return profile == null ? cpu : ProfiledBackend.of(cpu, profile);
    }

    /** Adds up what is loaded. A tied output matrix is loaded twice where embedding and output lie apart. */
    private static final class Progress implements LongConsumer {
        private final LoadListener listener;
        private final long total;
        private long done;

        Progress(LoadListener listener, GgufFile file) {
            this.listener = listener;
            total = file.tensorBytes();
        }

        @Override
        public void accept(long bytes) {
            done = Math.min(total, done + bytes);
            listener.loaded(done, total);
        }
    }

    public List<Stage> stages() {
        return stages;
    }

    /** Opens another backend on the processor or device of the first stage. */
    public Backend openFirst(PlacementOptions options) {
        return parts.getFirst()
                .place()
                .map(device ->
                        accelerator().open(device.number(), options.offload().gemm()))
                .orElseGet(() -> cpu(options));
    }

    /** Places of K and V. */
    public KvPlan kvPlan(ModelSpec spec, PlacementOptions options) {
        return KvPlan.of(spec, options.keyType(), options.valueType(), this::partOf);
    }

    private int partOf(int layer) {
        int part = 0;
        while (layer >= parts.get(part).endLayer()) {
            part++;
        }
        return part;
    }

    /**
     * Bytes of K and V that the weights and buffers leave room for where the layers run, at least those of one conversation
     * that fills the context.
     */
    public long kvBytes(KvPlan kv, int contextTokens) {
        long one = kv.peakBytes(contextTokens);
        double conversations = Double.MAX_VALUE;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            double free = part.place()
                    .map(device -> (double) device.freeBytes() - part.usedBytes())
                    .orElseGet(() -> HostMemory.availableBytes().orElse(Long.MAX_VALUE) * HOST_SHARE);
            conversations = Math.min(conversations, free / Math.max(1, kv.of(i).bytes(contextTokens)));
        }
        return (long) Math.clamp(one * conversations, (double) one, 0x1p62);
    }

    public List<Backend> backends() {
        return stages.stream().map(Stage::backend).toList();
    }

    /** Where logits are. */
    public Backend last() {
        return stages.getLast().backend();
    }

    /** What computes, for people. */
    public String description() {
        if (stages.size() == 1) {
            return last().description();
        }
        List<String> all = new ArrayList<>();
        int first = 0;
        for (int i = 0; i < stages.size(); i++) {
            int end = parts.get(i).endLayer();
            all.add(end - first + " layers on " + stages.get(i).backend().description());
            first = end;
        }
        return all.stream().collect(Collectors.joining(", then "));
    }

    /** What attention has read. */
    public KvReads kvReads() {
        return backends().stream().map(Backend::kvReads).reduce(new KvReads(0, 0), KvReads::plus);
    }

    public long sum(ToLongFunction<Backend> figure) {
        return backends().stream().mapToLong(figure).sum();
    }

    /** What lies on each device beside the mapped file, in bytes: {@code cpu}, {@code gpu0} and so on. */
    public Map<String, Long> bytesOfDevices() {
        Map<String, Long> bytes = new TreeMap<>();
        for (int i = 0; i < stages.size(); i++) {
            String device =
                    parts.get(i).place().map(place -> "gpu" + place.number()).orElse("cpu");
            Backend backend = stages.get(i).backend();
            bytes.merge(device, backend.copiedBytes() + backend.allocatedBytes(), Long::sum);
        }
        return bytes;
    }

    public int count(ToIntFunction<Backend> figure) {
        return backends().stream().mapToInt(figure).sum();
    }

    @Override
    public void close() {
        Cleanup cleanup = new Cleanup();
        for (Stage stage : stages) {
            cleanup.add(stage.weights()::close);
            cleanup.add(stage.backend()::close);
        }
        cleanup.run();
    }
}
