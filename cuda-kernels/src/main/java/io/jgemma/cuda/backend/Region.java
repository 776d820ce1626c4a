package io.jgemma.cuda.backend;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Device memory for what lives no longer than an operation; it grows as needed. */
final class Region {
    private static final long LEAST_BYTES = 16 * 1024;

    private final Device device;
    private long address;
    private long bytes;
    private MemorySegment host = MemorySegment.NULL;

    Region(Device device) {
        this.device = device;
    }

    long address() {
        return address;
    }

    /**
     * Sees to it that the region has so many bytes.
     *
     * @return false when what it held is gone
     */
    boolean reserve(long size) {
        if (size <= bytes) {
            return true;
        }
        close();
        long wanted = Math.max(LEAST_BYTES, 2 * size);
        address = device.allocate(wanted);
        bytes = wanted;
        return false;
    }

    /** Host memory to write in before a copy; one and the same for each call. */
    MemorySegment host(long size) {
        if (host.byteSize() < size) {
            host = Arena.ofAuto().allocate(Math.max(LEAST_BYTES, 2 * size), Long.BYTES);
        }
        return host.asSlice(0, size);
    }

    /** Puts the first {@code count} numbers at the beginning of the region. */
    long put(int[] values, int count) {
        long size = (long) Integer.BYTES * count;
        reserve(size);
        MemorySegment memory = host(size);
        MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_INT, 0, count);
        device.staging().copyToDevice(address, memory);
        return address;
    }

    /** Gives the memory back. */
    void close() {
        device.free(address);
        address = 0;
        bytes = 0;
    }
}
