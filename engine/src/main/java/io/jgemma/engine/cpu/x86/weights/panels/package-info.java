/**
 * Weights unpacked to panels, and the products of panels with many rows of activations.
 */
@NullMarked
package io.jgemma.engine.cpu.x86.weights.panels;

import org.jspecify.annotations.NullMarked;
