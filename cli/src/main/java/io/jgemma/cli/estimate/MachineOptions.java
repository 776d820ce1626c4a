package io.jgemma.cli.estimate;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.machine.MemorySpeed;
import io.jgemma.cli.options.ByteSizeConverter;
import io.jgemma.cli.options.GpuOptions;
import io.jgemma.engine.backend.DeviceInfo;
import io.jgemma.engine.plan.Offload;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The machine that a model is to run on: this one, or one that is described. */
final class MachineOptions {

    @Option(
            names = "--gpu",
            paramLabel = "SIZE[,SIZE..]",
            split = ",",
            converter = ByteSizeConverter.class,
            description = "Free memory of each GPU, e.g. 24G,24G for two RTX 3090. Default: no GPU.")
    private List<Long> gpus = List.of();

    @Option(
            names = {"-ngl", "--gpu-layers", "--n-gpu-layers"},
            paramLabel = "N|all|auto",
            defaultValue = "all",
            converter = GpuOptions.Layers.class,
            description = "Layers on the GPUs, as run has it. Default: all, with --gpu.")
    private int layers = Offload.ALL;

    @Option(
            names = {"-ts", "--tensor-split"},
            paramLabel = "N[,N..]",
            split = ",",
            description = "How many layers each GPU gets, relative to the others. Default: by memory.")
    private List<Double> shares = List.of();

    @Option(
            names = "--vram-reserve",
            paramLabel = "SIZE",
            converter = ByteSizeConverter.class,
            defaultValue = "0",
            description = "Memory of each GPU to leave to others. Default: ${DEFAULT-VALUE}.")
    private long reserveBytes;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = ByteSizeConverter.class,
            description = "Main memory. Default: this machine's.")
    private @Nullable Long memoryBytes;

    @Option(
            names = "--memory-speed",
            paramLabel = "SIZE[,SIZE..]",
            split = ",",
            converter = ByteSizeConverter.class,
            description =
                    "Bytes a second that the memory of each place can be read at, e.g. 872G for an RTX 3090 (936 GB/s)."
                            + " Default: this machine's main memory is measured.")
    private List<Long> speeds = List.of();

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads that read while memory is measured; 0 = all processors. Default: ${DEFAULT-VALUE}.")
    private int threads;

    /** GPUs as they are described. */
    List<DeviceInfo> devices() {
        List<DeviceInfo> devices = new ArrayList<>();
        for (Long bytes : gpus) {
            devices.add(new DeviceInfo(devices.size(), "as described", "", bytes, bytes, 0));
        }
        return devices;
    }

    /**
     * Which layers run on them.
     *
     * @throws UsageException when there are none to run on
     */
    Offload offload() {
        if (gpus.isEmpty()) {
            if (!shares.isEmpty()) {
                throw new UsageException(
                        "-ts shares layers between GPUs; describe them with --gpu, e.g. --gpu 24G,24G");
            }
            return Offload.NONE;
        }
        try {
            return new Offload(layers, true, 0, shares).withReserve(reserveBytes);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /** Main memory. */
    long memoryBytes() {
        if (memoryBytes != null) {
            return memoryBytes;
        }
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Long.MAX_VALUE;
    }

    /**
     * How fast the memory of a place is read: as said, or measured where it is this machine's.
     *
     * @param place its number
     * @param cpu whether it is the main memory
     */
    OptionalDouble bytesPerSecond(int place, boolean cpu) {
        if (!speeds.isEmpty()) {
            return OptionalDouble.of(speeds.get(Math.min(place, speeds.size() - 1)));
        }
        if (!cpu) {
            return OptionalDouble.empty();
        }
        try {
            int readers = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
            return OptionalDouble.of(
                    MemorySpeed.measure(Math.min(readers, Runtime.getRuntime().availableProcessors())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("the measurement was interrupted", e);
        }
    }
}
