package io.jgemma.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Device 0 of the stand-in with its context current and a stream, for tests. */
public final class Gpu implements AutoCloseable {
    public final StandIn standIn;
    public final CudaDriver driver;
    public final Arena arena = Arena.ofConfined();
    public final long context;
    public final long stream;

    private Gpu(StandIn standIn) {
        this.standIn = standIn;
        driver = CudaDrivers.open();
        context = driver.retainContext(0);
        driver.makeCurrent(context);
        stream = driver.createStream();
    }

    public static Gpu begin(String settings) {
        return new Gpu(StandIn.begin(settings));
    }

    /** A kernel of a module that is not unloaded. */
    public long function(String ptx, String name) {
        return driver.function(driver.loadModule(arena.allocateFrom(ptx)), name);
    }

    public long upload(float[] values) {
        return upload(arena.allocateFrom(ValueLayout.JAVA_FLOAT, values));
    }

    public long upload(MemorySegment values) {
        long address = driver.allocate(values.byteSize());
        driver.copyToDevice(address, values, stream);
        return address;
    }

    public float[] floats(long address, int count) {
        return download(address, 4L * count).toArray(ValueLayout.JAVA_FLOAT);
    }

    public MemorySegment download(long address, long bytes) {
        MemorySegment to = arena.allocate(bytes, 16);
        driver.copyToHost(to, address, stream);
        return to;
    }

    public Arguments arguments() {
        return new Arguments(arena, 16);
    }

    @Override
    public void close() {
        driver.close();
        arena.close();
    }
}
