/**
 * What all kernel sets share: the interface they implement, operands and scratch memory, and the scalar set, which defines every result.
 * Imports {@code quant}, {@code tensor}, {@code spec}.
 */
@NullMarked
package io.jgemma.engine.cpu.kernel;

import org.jspecify.annotations.NullMarked;
