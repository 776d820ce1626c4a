package io.jgemma.engine.plan;

import io.jgemma.engine.backend.Gemm;
import java.util.List;

/**
 * Which layers run on devices beside the CPU. A layer's K and V lie where it runs. The output matrix goes with the last
 * layer, the embedding with the first.
 *
 * @param layers the last so many; {@link #ALL}; {@link #AUTO} for as many as fit; 0 = none
 * @param split whether they are spread over all devices; else they all run on {@code device}
 * @param device number of the device without a split
 * @param shares with a split, how many layers each device gets, relative to the others; empty = by free memory
 * @param reserveBytes bytes of each device's free memory that stay free
 * @param gemm who multiplies many rows
 */
public record Offload(int layers, boolean split, int device, List<Double> shares, long reserveBytes, Gemm gemm) {

    /** All layers, or none runs at all. */
    public static final int ALL = Integer.MAX_VALUE;

    /** As many layers as the devices have memory for. */
    public static final int AUTO = -1;

    /** Everything runs on the CPU. */
    public static final Offload NONE = new Offload(0, false, 0, List.of());

    /** Without reserve, and with jgemma's own kernels. */
    public Offload(int layers, boolean split, int device, List<Double> shares) {
        this(layers, split, device, shares, 0, Gemm.KERNELS);
    }

    public Offload {
        shares = List.copyOf(shares);
        if (layers < AUTO || device < 0 || shares.stream().anyMatch(share -> !(share >= 0))) {
            throw new IllegalArgumentException("an offload of " + layers + " layers to device " + device
                    + " in shares of " + shares + ": numbers must not be negative");
        }
        if (reserveBytes < 0) {
            throw new IllegalArgumentException("a reserve of " + reserveBytes + " bytes: it must not be negative");
        }
        if (!shares.isEmpty() && shares.stream().noneMatch(share -> share > 0)) {
            throw new IllegalArgumentException("an offload in shares of " + shares + " leaves no layer to any device");
        }
    }

    /** This many layers, spread over all devices by their free memory. */
    public static Offload of(int layers) {
        return new Offload(layers, true, 0, List.of());
    }

    /** The same, leaving this many bytes of each device's memory free. */
    public Offload withReserve(long bytes) {
        return new Offload(layers, split, device, shares, bytes, gemm);
    }

    /** The same with another library for products with many rows. */
    public Offload withGemm(Gemm other) {
        return new Offload(layers, split, device, shares, reserveBytes, other);
    }
}
