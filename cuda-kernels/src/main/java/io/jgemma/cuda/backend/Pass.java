package io.jgemma.cuda.backend;

import io.jgemma.cuda.Arguments;
import io.jgemma.cuda.CudaDriver;
import io.jgemma.cuda.CudaException;
import io.jgemma.cuda.LaunchShape;
import io.jgemma.cuda.Staging;
import io.jgemma.cuda.kernels.Launcher;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What a device is to do, kept until somebody waits for it or the rows are many.
 *
 * <p>A decode step is some hundred kernels of a few microseconds, and putting each on a stream takes the host as long. But one
 * token's list of launches is the next one's, byte for byte: what changes from token to token (ids, angles, positions, pages)
 * the host writes to {@link #input}, which goes to the device in one copy in front of the launches. So a list that comes a
 * second time is captured as a graph, and from then on put on the stream by one call. Nothing depends on that being so: a list
 * that differs in a byte is launched as it is.
 */
final class Pass implements Launcher {
    private static final long LEAST_INPUT_BYTES = 256 * 1024;
    private static final int ALIGNMENT = 16;
    private static final int MOST_GRAPHS = 8;
    private static final int MOST_PENDING = 8192;

    /** A list that was run before. */
    private static final class Known {
        private final MemorySegment list;
        private long graph;

        Known(MemorySegment list) {
            this.list = list;
        }
    }

    private final CudaDriver driver;
    private final long stream;
    private final Staging staging;
    private final Arena arena = Arena.ofShared();
    private final Arguments arguments = new Arguments(arena, LaunchList.MOST_ARGUMENTS);
    private final LaunchList pending = new LaunchList();
    private final Deque<Known> known = new ArrayDeque<>();
    private MemorySegment input = MemorySegment.NULL;
    private long inputAddress;
    private long used;
    private long sent;
    private int generation;
    private boolean immediate;

    Pass(CudaDriver driver, long stream, Staging staging) {
        this.driver = driver;
        this.stream = stream;
        this.staging = staging;
    }

    /** Whether later launches are put on the stream at once: the device has enough to do with each. */
    void immediate(boolean now) {
        immediate = now;
    }

    @Override
    public void launch(long function, LaunchShape shape, Arguments values) {
        pending.add(function, shape, values);
        added();
    }

    /** Copies on the device. */
    void copy(long to, long from, long bytes) {
        pending.addCopy(to, from, bytes);
        added();
    }

    private void added() {
        if (immediate || pending.count() >= MOST_PENDING) {
            flush();
        }
    }

    /** What {@link #input} gave before this number changed is gone. */
    int generation() {
        return generation;
    }

    /**
     * Room for what kernels launched later read, until {@link #end} or the next change of {@link #generation}.
     *
     * @return host memory to write before the next launch, at the same offset as {@link #addressOf} has it on the device
     */
    MemorySegment input(Device device, long bytes) {
        if (used + bytes > input.byteSize()) {
            end();
            if (bytes > input.byteSize()) {
                device.free(inputAddress);
                inputAddress = 0;
                long size = Math.max(LEAST_INPUT_BYTES, 2 * bytes);
                inputAddress = device.allocate(size);
                input = Arena.ofAuto().allocate(size, ALIGNMENT);
            }
        }
        MemorySegment room = input.asSlice(used, bytes);
        used += Math.ceilDiv(bytes, (long) ALIGNMENT) * ALIGNMENT;
        return room;
    }

    /** Where what {@link #input} gave lies on the device. */
    long addressOf(MemorySegment room) {
        return inputAddress + room.address() - input.address();
    }

    /** Numbers for a kernel launched later. */
    long put(Device device, int[] values, int count) {
        MemorySegment room = input(device, (long) Integer.BYTES * count);
        MemorySegment.copy(values, 0, room, ValueLayout.JAVA_INT, 0, count);
        return addressOf(room);
    }

    /** Puts everything on the stream. */
    void flush() {
        if (used > sent) {
            staging.copyToDevice(inputAddress + sent, input.asSlice(sent, used - sent));
            sent = used;
        }
        if (pending.count() > 0) {
            try {
                run();
            } finally {
                pending.clear();
            }
        }
    }

    /** Puts everything on the stream, and begins the input anew: the next step is another one. */
    void end() {
        flush();
        used = 0;
        sent = 0;
        generation++;
    }

    private void run() {
        if (immediate) {
            pending.run(driver, arguments, stream);
            return;
        }
        Known same = find();
        if (same == null) {
            pending.run(driver, arguments, stream);
            known.addFirst(new Known(pending.copy()));
            if (known.size() > MOST_GRAPHS) {
                destroy(known.removeLast());
            }
            return;
        }
        if (same.graph == 0) {
            same.graph = capture();
        }
        driver.launchGraph(same.graph, stream);
    }

    private @Nullable Known find() {
        for (Known each : known) {
            if (pending.does(each.list)) {
                known.remove(each);
                known.addFirst(each);
                return each;
            }
        }
        return null;
    }

    private long capture() {
        driver.beginCapture(stream);
        boolean complete = false;
        try {
            pending.run(driver, arguments, stream);
            complete = true;
        } finally {
            if (!complete) {
                abandonCapture();
            }
        }
        return driver.endCapture(stream);
    }

    private void abandonCapture() {
        try {
            driver.destroyGraph(driver.endCapture(stream));
        } catch (CudaException e) {
            // The launch that failed is what its caller hears of.
            System.getLogger(Pass.class.getName()).log(System.Logger.Level.DEBUG, "a capture ended", e);
        }
    }

    private void destroy(Known each) {
        if (each.graph != 0) {
            try {
                driver.synchronizeStream(stream);
            } finally {
                // Also after a fault, when waiting fails.
                driver.destroyGraph(each.graph);
            }
        }
    }

    /** Forgets what was not put on the stream, and gives everything back. */
    void close(Device device) {
        pending.clear();
        used = 0;
        sent = 0;
        device.free(inputAddress);
        inputAddress = 0;
        while (!known.isEmpty()) {
            Known each = known.removeLast();
            device.orLost(() -> destroy(each));
        }
        arena.close();
    }
}
