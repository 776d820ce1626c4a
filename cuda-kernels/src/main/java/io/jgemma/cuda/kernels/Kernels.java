package io.jgemma.cuda.kernels;

import io.jgemma.cuda.CudaDriver;

/**
 * The kernels of one device. Calls hand launches to a {@link Launcher} and return; they come from the thread that has this
 * device's context, one at a time.
 */
public final class Kernels implements AutoCloseable {
    private final KernelModules modules;
    private final RowKernels rows;
    private final ProductKernels products;
    private final AttentionKernels attention;
    private final GreatestKernels greatest;
    private final HalfKernels halves;

    private Kernels(KernelModules modules) {
        this.modules = modules;
        rows = new RowKernels(modules);
        products = new ProductKernels(modules);
        attention = new AttentionKernels(modules);
        greatest = new GreatestKernels(modules);
        halves = new HalfKernels(modules);
    }

    /**
     * The kernels for a device, whose context is current; each is compiled when it is first launched.
     *
     * @param launcher takes all launches
     */
    public static Kernels load(CudaDriver driver, int device, Launcher launcher) {
        int target = KernelImages.targetFor(driver.capability(device), driver.deviceName(device));
        return new Kernels(new KernelModules(driver, target, launcher));
    }

    /** What is done to rows one by one. */
    public RowKernels rows() {
        return rows;
    }

    /** Products with weights. */
    public ProductKernels products() {
        return products;
    }

    /** Attention and K/V. */
    public AttentionKernels attention() {
        return attention;
    }

    /** The greatest of rows. */
    public GreatestKernels greatest() {
        return greatest;
    }

    /** Products with weights in F16, and operands in F16. */
    public HalfKernels halves() {
        return halves;
    }

    @Override
    public void close() {
        modules.close();
    }
}
