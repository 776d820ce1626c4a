package io.jgemma.cuda.kernels;

import io.jgemma.cuda.Arguments;
import io.jgemma.cuda.CudaDriver;
import io.jgemma.cuda.LaunchShape;
import io.jgemma.engine.memory.Cleanup;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** The modules of one device, each compiled when the first of its kernels is asked for, and who takes launches. */
final class KernelModules implements AutoCloseable {
    private static final int MOST_ARGUMENTS = 16;

    private final CudaDriver driver;
    private final int target;
    private final Launcher launcher;
    private final Arena arena = Arena.ofShared();
    private final Arguments arguments = new Arguments(arena, MOST_ARGUMENTS);
    private final Map<String, Long> modules = new HashMap<>();
    private final Cleanup cleanup = new Cleanup();

    KernelModules(CudaDriver driver, int target, Launcher launcher) {
        this.driver = driver;
        this.target = target;
        this.launcher = launcher;
        cleanup.add(arena::close);
    }

    /** A kernel, which is not compiled yet. */
    Kernel kernel(String image, String name) {
        return new Kernel(this, image, name);
    }

    /** Compiles the image if that was not done yet. */
    long function(String image, String name) {
        return driver.function(modules.computeIfAbsent(image, this::load), name);
    }

    private long load(String image) {
        try (Arena text = Arena.ofConfined()) {
            MemorySegment ptx = KernelImages.load(image, target, text);
            long module = driver.loadModule(ptx);
            cleanup.add(() -> driver.unloadModule(module));
            return module;
        }
    }

    /** Arguments to fill, always the same. */
    Arguments arguments() {
        return arguments.clear();
    }

    /** Launches with the arguments filled last. */
    void launch(Kernel kernel, LaunchShape shape) {
        launcher.launch(kernel.function(), shape, arguments);
    }

    @Override
    public void close() {
        modules.clear();
        cleanup.run();
    }
}
