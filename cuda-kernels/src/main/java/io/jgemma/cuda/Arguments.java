package io.jgemma.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The arguments of one kernel, off the heap: values of 8 bytes each, and the array of their addresses that a launch wants.
 * Made once and filled again for each launch; the driver has copied the values when the launch returns. Not thread-safe.
 */
public final class Arguments {
    private final MemorySegment values;
    private final MemorySegment addresses;
    private final int capacity;
    private int count;

    /** Room for {@code capacity} arguments, as long as {@code arena} lives. */
    public Arguments(Arena arena, int capacity) {
        this.capacity = capacity;
        values = arena.allocate(Long.BYTES * (long) capacity, Long.BYTES);
        addresses = arena.allocate(Long.BYTES * (long) capacity, Long.BYTES);
        for (int i = 0; i < capacity; i++) {
            addresses.setAtIndex(ValueLayout.JAVA_LONG, i, values.address() + (long) Long.BYTES * i);
        }
    }

    /** Begins anew. */
    public Arguments clear() {
        count = 0;
        return this;
    }

    /** A pointer, or an integer of 64 bits. */
    public Arguments put(long value) {
        values.setAtIndex(ValueLayout.JAVA_LONG, next(), value);
        return this;
    }

    public Arguments put(int value) {
        // All eight bytes, so that equal arguments are equal bytes.
        values.setAtIndex(ValueLayout.JAVA_LONG, next(), Integer.toUnsignedLong(value));
        return this;
    }

    public Arguments put(float value) {
        return put(Float.floatToRawIntBits(value));
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** Their values, of 8 bytes each. */
    public MemorySegment values() {
        return values.asSlice(0, Long.BYTES * (long) count);
    }

    /** Begins anew with values of 8 bytes each. */
    public Arguments set(MemorySegment all) {
        count = Math.toIntExact(all.byteSize() / Long.BYTES);
        if (count > capacity) {
            throw new IllegalStateException("a kernel's arguments: room for " + capacity + ", " + count + " came");
        }
        values.copyFrom(all);
        return this;
    }

    /** Where the array of addresses lies. */
    public long address() {
        return addresses.address();
    }

    private int next() {
        if (count == capacity) {
            throw new IllegalStateException("a kernel's arguments: room for " + capacity + ", one more came");
        }
        return count++;
    }
}
