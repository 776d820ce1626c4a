package io.jgemma.engine.placement;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.Architectures;
import io.jgemma.engine.model.Decoder;
import io.jgemma.engine.model.DecoderContext;
import io.jgemma.engine.model.Stage;
import io.jgemma.engine.model.Weights;
import io.jgemma.engine.plan.MemoryPlan;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.vision.VisionArchitecture;
import io.jgemma.engine.vision.VisionArchitectures;
import io.jgemma.engine.vision.VisionContext;
import io.jgemma.engine.vision.VisionEncoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model takes where its layers run. Weights and buffers are counted by wiring the model as it would be wired to run, on
 * backends that only count; K and V are what {@link KvPlan} says.
 */
public final class MemoryCounter {

    private final GgufFile file;
    private final Architecture architecture;
    private final ModelSpec spec;
    private final QuantType keyType;
    private final QuantType valueType;
    private final Map<Wiring, List<CountingBackend>> counted = new HashMap<>();

    /** What buffers and weights of places depend on. */
    private record Wiring(List<Integer> ends, int rows) {}

    /** A counter for a model's file, of which the header alone is read. */
    public MemoryCounter(GgufFile file, QuantType keyType, QuantType valueType) {
        this.file = file;
        this.keyType = keyType;
        this.valueType = valueType;
        architecture = Architectures.of(file);
        spec = architecture.spec(file);
    }

    /** Shape of the model. */
    public ModelSpec spec() {
        return spec;
    }

    /**
     * What all layers take in one place.
     *
     * @param contextTokens tokens of a session; 0 = what the model was trained for
     * @param microBatchTokens rows computed together at most
     */
    public MemoryPlan inOnePlace(int contextTokens, int microBatchTokens) {
        return inPlaces(List.of(spec.layers().size()), contextTokens, microBatchTokens)
                .getFirst();
    }

    /**
     * What layers take in several places.
     *
     * @param ends for each place, the index of the layer behind its last one
     */
    public List<MemoryPlan> inPlaces(List<Integer> ends, int contextTokens, int microBatchTokens) {
        int context = contextTokens > 0 ? contextTokens : spec.contextTokens();
        KvPlan kv = KvPlan.of(spec, keyType, valueType, layer -> place(ends, layer));
        List<CountingBackend> places = counted.computeIfAbsent(
                new Wiring(ends, Math.min(microBatchTokens, context)), wiring -> wire(wiring, kv));
        List<MemoryPlan> plans = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            CountingBackend place = places.get(i);
            KvPlan here = kv.of(i);
            plans.add(new MemoryPlan(
                    place.matrixBytes() + place.tableBytes(),
                    here.bytes(context),
                    place.allocatedBytes(),
                    here.tokenBytes(),
                    place.matrixBytes()));
        }
        return plans;
    }

    private static int place(List<Integer> ends, int layer) {
        int place = 0;
        while (layer >= ends.get(place)) {
            place++;
        }
        return place;
    }

    /** The decoder stays open: closed, it would have nothing left to count. It holds no memory. */
    private List<CountingBackend> wire(Wiring wiring, KvPlan kv) {
        List<CountingBackend> places = new ArrayList<>();
        List<Stage> stages = new ArrayList<>();
        for (int end : wiring.ends()) {
            CountingBackend place = new CountingBackend();
            places.add(place);
            stages.add(new Stage(place, new Weights(file, place, bytes -> {}), end));
        }
        Decoder _ = architecture.decoder(new DecoderContext(spec, stages, kv, wiring.rows()));
        stages.forEach(stage -> stage.weights().close());
        return places;
    }

    /**
     * What a vision tower takes with its projector.
     *
     * @param file its file, of which the header alone is read
     */
    public static MemoryPlan tower(GgufFile file) {
        VisionArchitecture architecture = VisionArchitectures.of(file);
        CountingBackend place = new CountingBackend();
        try (Weights weights = new Weights(file, place, bytes -> {})) {
            VisionEncoder _ = architecture.encoder(new VisionContext(architecture.spec(file), place, weights));
        }
        return new MemoryPlan(
                place.matrixBytes() + place.tableBytes(), 0, place.allocatedBytes(), 0, place.matrixBytes());
    }
}
