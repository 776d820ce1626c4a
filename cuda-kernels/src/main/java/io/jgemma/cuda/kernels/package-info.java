/**
 * The compiled kernels, how weights are laid out for them, and how they are launched. Imports {@code io.jgemma.cuda}, the
 * engine's types of weights and the JDK only.
 */
@NullMarked
package io.jgemma.cuda.kernels;

import org.jspecify.annotations.NullMarked;
