/** Compares every operation of a device with the CPU's reference, and times it. */
@NullMarked
package io.jgemma.engine.selftest;

import org.jspecify.annotations.NullMarked;
