/**
 * Weights copied to groups of rows that lie side by side, and their products with few rows of activations.
 */
@NullMarked
package io.jgemma.engine.cpu.x86.weights.groups;

import org.jspecify.annotations.NullMarked;
