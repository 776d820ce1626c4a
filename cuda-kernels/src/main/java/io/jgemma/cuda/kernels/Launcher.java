package io.jgemma.cuda.kernels;

import io.jgemma.cuda.Arguments;
import io.jgemma.cuda.LaunchShape;

/** Takes launches in the order in which they are to run. */
@FunctionalInterface
public interface Launcher {

    /**
     * Takes one.
     *
     * @param function a kernel
     * @param arguments copied when this returns
     */
    void launch(long function, LaunchShape shape, Arguments arguments);
}
