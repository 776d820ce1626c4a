/**
 * The CUDA driver as jgemma sees it: a small interface, how it is opened, what it throws. Imports the JDK and the engine's {@code backend}; the binding
 * to JCuda lies in {@code io.jgemma.cuda.jcuda} and is loaded by name.
 */
@NullMarked
package io.jgemma.cuda;

import org.jspecify.annotations.NullMarked;
