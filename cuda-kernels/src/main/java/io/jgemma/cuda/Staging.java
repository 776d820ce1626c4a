package io.jgemma.cuda;

import io.jgemma.engine.memory.Cleanup;
import java.lang.foreign.MemorySegment;

/**
 * Pinned memory on the way to a device: slots that are filled one after the other, so that a copy runs while the next slot
 * is filled. A slot is filled again when the device has read it. Calls come from one thread at a time, with the context
 * current.
 */
public final class Staging implements AutoCloseable {
    private final CudaDriver driver;
    private final long stream;
    private final long slotBytes;
    private final long[] events;
    private final MemorySegment memory;
    private final Cleanup cleanup;
    private int next;

    private Staging(CudaDriver driver, long stream, int slots, long slotBytes, Cleanup cleanup) {
        this.driver = driver;
        this.stream = stream;
        this.slotBytes = slotBytes;
        this.cleanup = cleanup;
        memory = driver.allocatePinned(slots * slotBytes);
        cleanup.add(() -> driver.freePinned(memory));
        events = new long[slots];
        for (int i = 0; i < slots; i++) {
            long event = driver.createEvent();
            cleanup.add(() -> driver.destroyEvent(event));
            events[i] = event;
        }
        cleanup.add(() -> driver.synchronizeStream(stream));
    }

    /**
     * Pins memory.
     *
     * @param stream what copies run on
     */
    public static Staging open(CudaDriver driver, long stream, int slots, long slotBytes) {
        Cleanup cleanup = new Cleanup();
        try {
            return new Staging(driver, stream, slots, slotBytes, cleanup);
        } catch (RuntimeException e) {
            throw cleanup.after(e);
        }
    }

    /** The driver that copies. */
    public CudaDriver driver() {
        return driver;
    }

    /** The most that {@link #take} gives. */
    public long slotBytes() {
        return slotBytes;
    }

    /**
     * The next slot, when the device has read what it held.
     *
     * @throws IllegalArgumentException when a slot is smaller
     */
    public MemorySegment take(long bytes) {
        if (bytes > slotBytes) {
            throw new IllegalArgumentException(
                    bytes + " bytes do not go to a device at once: at most " + slotBytes + " do");
        }
        driver.synchronizeEvent(events[next]);
        return memory.asSlice(next * slotBytes, bytes);
    }

    /** Copies a part of the slot taken last. */
    public void send(long to, MemorySegment part) {
        if (part.byteSize() > 0) {
            driver.copyToDevice(to, part, stream);
        }
    }

    /** All of the slot was sent. */
    public void sent() {
        driver.recordEvent(events[next], stream);
        next = (next + 1) % events.length;
    }

    /** Copies any memory of the host, also of the Java heap; it is free for other use when this returns. */
    public void copyToDevice(long to, MemorySegment from) {
        for (long at = 0; at < from.byteSize(); at += slotBytes) {
            long bytes = Math.min(slotBytes, from.byteSize() - at);
            MemorySegment slot = take(bytes);
            MemorySegment.copy(from, at, slot, 0, bytes);
            send(to + at, slot);
            sent();
        }
    }

    /** Copies to any memory of the host, and waits until it is there. */
    public void copyToHost(MemorySegment to, long from) {
        for (long at = 0; at < to.byteSize(); at += slotBytes) {
            long bytes = Math.min(slotBytes, to.byteSize() - at);
            MemorySegment slot = take(bytes);
            driver.copyToHost(slot, from + at, stream);
            driver.synchronizeStream(stream);
            MemorySegment.copy(slot, 0, to, at, bytes);
        }
    }

    /** Waits for the copies and unpins the memory. */
    @Override
    public void close() {
        cleanup.run();
    }
}
