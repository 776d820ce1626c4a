package io.jgemma.cuda.backend;

import io.jgemma.cuda.kernels.DeviceRows;
import io.jgemma.cuda.kernels.Q16Rows;
import org.jspecify.annotations.Nullable;

/**
 * Quantized forms of tensors that products multiply. The last one is kept, so that several products with one tensor quantize
 * it once, and a kernel that makes a tensor may quantize it on the way; whoever writes a tensor says so with {@link #written}.
 */
final class Activations {
    private final Device device;
    private final Region[] regions;
    private int next;
    private @Nullable DeviceRows kept;
    private @Nullable Q16Rows quantized;

    Activations(Device device) {
        this.device = device;
        // The one that is kept may be read while the next is written.
        regions = new Region[] {new Region(device), new Region(device)};
    }

    /** The quantized form of rows, whose columns are a multiple of 32. */
    Q16Rows of(DeviceRows rows) {
        if (quantized != null && rows.equals(kept)) {
            return quantized;
        }
        Q16Rows made = room(rows);
        device.kernels().products().quantize(made, rows.address());
        hold(rows, made);
        return made;
    }

    /** Room for a quantized form; the one that is kept stays until {@link #hold}. */
    Q16Rows room(DeviceRows rows) {
        Region region = regions[next];
        region.reserve(Q16Rows.bytes(rows.rows(), rows.columns()));
        return Q16Rows.at(region.address(), rows.rows(), rows.columns());
    }

    /** What {@link #room} gave last holds the quantized form of these rows. */
    void hold(DeviceRows rows, Q16Rows form) {
        kept = rows;
        quantized = form;
        next = (next + 1) % regions.length;
    }

    /** These rows have changed. */
    void written(DeviceRows rows) {
        if (kept != null && overlap(kept, rows)) {
            kept = null;
            quantized = null;
        }
    }

    /** Any memory may have changed, or a step ends: the next one uses the same room again. */
    void forget() {
        kept = null;
        quantized = null;
        next = 0;
    }

    private static boolean overlap(DeviceRows a, DeviceRows b) {
        return a.address() < b.address() + bytes(b) && b.address() < a.address() + bytes(a);
    }

    private static long bytes(DeviceRows rows) {
        return (long) Float.BYTES * rows.rows() * rows.columns();
    }

    /** Gives the memory back. */
    void close() {
        for (Region region : regions) {
            region.close();
        }
        forget();
    }
}
