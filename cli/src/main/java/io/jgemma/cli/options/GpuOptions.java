package io.jgemma.cli.options;

import io.jgemma.cli.io.UsageException;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.engine.plan.Offload;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which layers run on GPUs. */
public final class GpuOptions {

    /** How layers are spread over GPUs. */
    public enum Split {
        /** All on one. */
        NONE,
        /** One part after the other. */
        LAYER
    }

    @Option(
            names = {"-ngl", "--gpu-layers", "--n-gpu-layers"},
            paramLabel = "N|all|auto",
            defaultValue = "0",
            converter = Layers.class,
            description =
                    "Layers on the GPU, the last ones first: a number, all, or auto for as many as fit. Default: 0.")
    private int layers;

    @Option(
            names = {"-sm", "--split-mode"},
            paramLabel = "none|layer",
            description = "Use one GPU, or spread the layers over all. Default: layer, or none with -mg.")
    private @Nullable Split split;

    @Option(
            names = {"-ts", "--tensor-split"},
            paramLabel = "N[,N..]",
            split = ",",
            description = "How many layers each GPU gets, relative to the others, e.g. 3,1. Default: by free memory.")
    private List<Double> shares = List.of();

    @Option(
            names = {"-mg", "--main-gpu"},
            paramLabel = "N",
            description =
                    "The GPU to use when layers are not split; jgemma --list-devices shows the numbers. Default: 0.")
    private @Nullable Integer mainGpu;

    @Option(
            names = "--vram-reserve",
            paramLabel = "SIZE",
            converter = ByteSizeConverter.class,
            description = "Free memory of each GPU to leave to others, e.g. 512M or 1G. Default: 0.")
    private @Nullable Long reserveBytes;

    @Option(
            names = "--gpu-gemm",
            paramLabel = "kernels|cublas",
            description =
                    "What multiplies the many rows of a prompt on the GPU: jgemma's kernels, or NVIDIA's cuBLAS if it"
                            + " is installed, for comparison. Default: kernels.")
    private @Nullable Gemm gemm;

    /** Reads a number of layers. */
    public static final class Layers implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "all" -> Offload.ALL;
                case "auto" -> Offload.AUTO;
                default -> number(value);
            };
        }

        private static int number(String value) {
            try {
                int number = Integer.parseInt(value);
                if (number >= 0) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Said below.
            }
            throw new TypeConversionException("'" + value + "' is not a number of layers, all or auto");
        }
    }

    /**
     * What was asked for.
     *
     * @throws UsageException when the options contradict one another
     */
    public Offload offload() {
        boolean whole = split == Split.NONE || (split == null && mainGpu != null);
        if (whole && !shares.isEmpty()) {
            throw new UsageException("-ts spreads layers over GPUs, and " + (split == Split.NONE ? "-sm none" : "-mg")
                    + " uses one; give one of them");
        }
        if (split == Split.LAYER && mainGpu != null) {
            throw new UsageException("-mg names the one GPU to use, and -sm layer uses all; give one of them");
        }
        boolean detailed =
                split != null || mainGpu != null || !shares.isEmpty() || reserveBytes != null || gemm != null;
        if (layers == 0 && detailed) {
            throw new UsageException("-sm, -ts, -mg, --vram-reserve and --gpu-gemm say how layers run on the GPU; with"
                    + " -ngl 0 there are none");
        }
        try {
            return layers == 0
                    ? Offload.NONE
                    : new Offload(layers, !whole, mainGpu == null ? 0 : mainGpu, shares)
                            .withReserve(reserveBytes == null ? 0 : reserveBytes)
                            .withGemm(gemm == null ? Gemm.KERNELS : gemm);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }
}
