/**
 * Operations on each element or row: norms, gates, rotation, conversions.
 */
@NullMarked
package io.jgemma.engine.cpu.x86.elements;

import org.jspecify.annotations.NullMarked;
