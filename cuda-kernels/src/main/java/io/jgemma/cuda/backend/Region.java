package io.jgemma.cuda.backend;

/** Device memory for what lives no longer than an operation; it grows as needed. */
final class Region {
    private static final long LEAST_BYTES = 16 * 1024;

    private final Device device;
    private long address;
    private long bytes;

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

    /** Gives the memory back. */
    void close() {
        device.free(address);
        address = 0;
        bytes = 0;
    }
}
