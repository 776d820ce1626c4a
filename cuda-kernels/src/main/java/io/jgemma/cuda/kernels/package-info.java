/**
 * The compiled kernels, how weights are laid out for them, and how they are launched. Imports {@code io.jgemma.cuda} and the
 * JDK only.
 */
@NullMarked
package io.jgemma.cuda.kernels;

import org.jspecify.annotations.NullMarked;
