package io.jgemma.cuda.backend;

import io.jgemma.cuda.Arguments;
import io.jgemma.cuda.CudaDriver;
import io.jgemma.cuda.LaunchShape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Launches and copies in their order, as bytes, so that two lists can be compared: equal bytes do the same work.
 *
 * <pre>
 * entry = function | blocks x, y, z, threads, shared bytes, arguments (as int32) | arguments, 8 bytes each
 * copy  = 0        | six zeros                                                   | to, from, bytes
 * </pre>
 */
final class LaunchList {
    static final int MOST_ARGUMENTS = 16;

    private static final int HEAD_BYTES = 32;
    private static final long LEAST_BYTES = 64 * 1024;
    private static final int COPY_ARGUMENTS = 3;

    private MemorySegment bytes = Arena.ofAuto().allocate(LEAST_BYTES, Long.BYTES);
    private long end;
    private int count;

    /** Entries. */
    int count() {
        return count;
    }

    void add(long function, LaunchShape shape, Arguments arguments) {
        MemorySegment values = arguments.values();
        MemorySegment entry = entry(values.byteSize());
        entry.set(ValueLayout.JAVA_LONG, 0, function);
        entry.set(ValueLayout.JAVA_INT, 8, shape.blocksX());
        entry.set(ValueLayout.JAVA_INT, 12, shape.blocksY());
        entry.set(ValueLayout.JAVA_INT, 16, shape.blocksZ());
        entry.set(ValueLayout.JAVA_INT, 20, shape.threads());
        entry.set(ValueLayout.JAVA_INT, 24, shape.sharedBytes());
        entry.set(ValueLayout.JAVA_INT, 28, arguments.count());
        MemorySegment.copy(values, 0, entry, HEAD_BYTES, values.byteSize());
    }

    void addCopy(long to, long from, long size) {
        MemorySegment entry = entry((long) COPY_ARGUMENTS * Long.BYTES);
        entry.asSlice(0, HEAD_BYTES).fill((byte) 0);
        entry.set(ValueLayout.JAVA_LONG, HEAD_BYTES, to);
        entry.set(ValueLayout.JAVA_LONG, HEAD_BYTES + 8, from);
        entry.set(ValueLayout.JAVA_LONG, HEAD_BYTES + 16, size);
    }

    private MemorySegment entry(long argumentBytes) {
        long size = HEAD_BYTES + argumentBytes;
        if (end + size > bytes.byteSize()) {
            MemorySegment larger = Arena.ofAuto().allocate(2 * (end + size), Long.BYTES);
            larger.copyFrom(bytes);
            bytes = larger;
        }
        MemorySegment entry = bytes.asSlice(end, size);
        end += size;
        count++;
        return entry;
    }

    /** Puts everything on a stream. */
    void run(CudaDriver driver, Arguments arguments, long stream) {
        for (long at = 0; at < end; ) {
            long function = bytes.get(ValueLayout.JAVA_LONG, at);
            int some = bytes.get(ValueLayout.JAVA_INT, at + 28);
            long first = at + HEAD_BYTES;
            if (function == 0) {
                long to = bytes.get(ValueLayout.JAVA_LONG, first);
                long from = bytes.get(ValueLayout.JAVA_LONG, first + 8);
                driver.copyOnDevice(to, from, bytes.get(ValueLayout.JAVA_LONG, first + 16), stream);
                some = COPY_ARGUMENTS;
            } else {
                LaunchShape shape = new LaunchShape(
                        bytes.get(ValueLayout.JAVA_INT, at + 8),
                        bytes.get(ValueLayout.JAVA_INT, at + 12),
                        bytes.get(ValueLayout.JAVA_INT, at + 16),
                        bytes.get(ValueLayout.JAVA_INT, at + 20),
                        bytes.get(ValueLayout.JAVA_INT, at + 24));
                arguments.set(bytes.asSlice(first, (long) Long.BYTES * some));
                driver.launch(function, shape, arguments, stream);
            }
            at = first + (long) Long.BYTES * some;
        }
    }

    /** Forgets everything. */
    void clear() {
        end = 0;
        count = 0;
    }

    /** What the list does now, for {@link #does}. */
    MemorySegment copy() {
        MemorySegment copy = Arena.ofAuto().allocate(end, Long.BYTES);
        MemorySegment.copy(bytes, 0, copy, 0, end);
        return copy;
    }

    /** Whether the list does what a copied one did. */
    boolean does(MemorySegment copied) {
        return copied.byteSize() == end && copied.mismatch(bytes.asSlice(0, end)) < 0;
    }
}
