package io.jgemma.cuda;

/** What can be asked of a device, with CUDA's numbers for it. */
public enum DeviceAttribute {
    MAX_THREADS_PER_BLOCK(1),
    MAX_SHARED_BYTES_PER_BLOCK(8),
    MULTIPROCESSORS(16),
    MEMORY_CLOCK_KILOHERTZ(36),
    MEMORY_BUS_BITS(37),
    CAPABILITY_MAJOR(75),
    CAPABILITY_MINOR(76),
    MAX_SHARED_BYTES_PER_BLOCK_OPTIN(97);

    private final int number;

    DeviceAttribute(int number) {
        this.number = number;
    }

    /** CUDA's number ({@code CUdevice_attribute}). */
    public int number() {
        return number;
    }
}
