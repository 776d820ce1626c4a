package io.jgemma.cli.estimate;

import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.options.BatchOptions;
import io.jgemma.cli.options.KvOptions;
import io.jgemma.cli.options.KvTypeConverter;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.MemoryEstimate;
import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.backend.DeviceInfo;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.plan.DevicePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Plans a model for a machine at several lengths of context. */
final class Estimator {
    private final MachineOptions machine;
    private final EngineOptions options;
    private final List<DeviceInfo> devices;
    private final List<OptionalDouble> speeds = new ArrayList<>();

    Estimator(MachineOptions machine, KvOptions kv, BatchOptions batch, int contextTokens) {
        this.machine = machine;
        devices = machine.devices();
        options = kv.applyTo(batch.applyTo(EngineOptions.embedded()))
                .withContextTokens(contextTokens)
                .withOffload(machine.offload());
    }

    /** The estimate for the context that was asked for. */
    Estimate of(GgufFile file, Tower tower) {
        int trained = Engine.specOf(file).contextTokens();
        int context = options.contextTokens() > 0 ? options.contextTokens() : trained;
        Estimate asked = at(file, context, tower, 0);
        int longest = longest(file, Math.max(trained, context), tower);
        return new Estimate(
                asked.model(),
                context,
                trained,
                asked.keyType(),
                asked.valueType(),
                asked.rows(),
                asked.places(),
                tower.plan(),
                longest);
    }

    /** The estimate for another context, without the longest one. */
    Estimate at(GgufFile file, int context, Tower tower, int longest) {
        EngineOptions there = options.withContextTokens(context);
        DevicePlan plan;
        try {
            plan = MemoryEstimate.of(file, there, devices);
        } catch (DeviceException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        long reserve = devices.isEmpty() ? 0 : MemoryEstimate.reserveBytes(file, there);
        List<Estimate.Place> places = new ArrayList<>();
        for (DevicePlan.Part part : plan.parts()) {
            boolean cpu = part.place().isEmpty();
            places.add(new Estimate.Place(
                    part,
                    cpu ? 0 : reserve,
                    part.place().map(DeviceInfo::freeBytes).orElseGet(machine::memoryBytes),
                    speed(places.size(), cpu)));
        }
        return new Estimate(
                file.metadata().string("general.name", file.name()),
                context,
                Engine.specOf(file).contextTokens(),
                KvTypeConverter.spelling(options.keyType()),
                KvTypeConverter.spelling(options.valueType()),
                Math.min(options.microBatchTokens(), context),
                places,
                tower.plan(),
                longest);
    }

    /** Measured once. */
    private OptionalDouble speed(int place, boolean cpu) {
        while (speeds.size() <= place) {
            speeds.add(machine.bytesPerSecond(speeds.size(), cpu));
        }
        return speeds.get(place);
    }

    private int longest(GgufFile file, int most, Tower tower) {
        if (at(file, most, tower, 0).fits()) {
            return most;
        }
        int fits = 0;
        int fails = most;
        while (fails - fits > 1) {
            int middle = (int) (((long) fits + fails) / 2);
            if (at(file, middle, tower, 0).fits()) {
                fits = middle;
            } else {
                fails = middle;
            }
        }
        return fits;
    }
}
