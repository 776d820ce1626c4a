package io.jgemma.cuda.kernels;

/** A kernel that is compiled when it is first launched: a model needs few of those that there are. */
final class Kernel {
    private final KernelModules modules;
    private final String image;
    private final String name;
    private long function;

    Kernel(KernelModules modules, String image, String name) {
        this.modules = modules;
        this.image = image;
        this.name = name;
    }

    /** Its handle. */
    long function() {
        if (function == 0) {
            function = modules.function(image, name);
        }
        return function;
    }
}
