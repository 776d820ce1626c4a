package io.jgemma.cuda.kernels;

import io.jgemma.cuda.CudaUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** The PTX that ships with jgemma: a text for each kernel file and target. */
public final class KernelImages {
    /** Compute capabilities that kernels are compiled for, ascending; a device runs the newest that is not newer than it. */
    public static final List<Integer> TARGETS = List.of(75, 80);

    /** The kernel files. */
    public static final List<String> NAMES = List.of(
            "quantize",
            "matvec",
            "gated_matvec",
            "matmul_tiles",
            "rms_norm",
            "layer_norm",
            "activate",
            "matmul",
            "halves",
            "matvec_halves",
            "matmul_halves",
            "embed",
            "gather",
            "add",
            "gate",
            "rope",
            "round",
            "store_kv",
            "attend",
            "attend_split",
            "attend_tiles",
            "attend_join",
            "greatest");

    private KernelImages() {}

    /**
     * The target for a device.
     *
     * @throws CudaUnavailableException if the device is older than all of them
     */
    public static int targetFor(int capability, String device) {
        return TARGETS.stream()
                .filter(target -> target <= capability)
                .max(Integer::compare)
                .orElseThrow(() -> new CudaUnavailableException(
                        "%s has compute capability %d.%d, and jgemma's kernels need 7.5 (Turing, 2018) or newer"
                                .formatted(device, capability / 10, capability % 10)));
    }

    /** The text, ended by a zero as the driver wants it. */
    static MemorySegment load(String name, int target, Arena arena) {
        byte[] text = text(name, target);
        MemorySegment ptx = arena.allocate(text.length + 1L);
        MemorySegment.copy(text, 0, ptx, ValueLayout.JAVA_BYTE, 0, text.length);
        return ptx;
    }

    /** The text as bytes. */
    public static byte[] text(String name, int target) {
        String file = name + ".sm" + target + ".ptx";
        try (InputStream in = KernelImages.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalArgumentException("no kernel image " + file + ": names are " + NAMES);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("kernel image " + file + " cannot be read", e);
        }
    }
}
