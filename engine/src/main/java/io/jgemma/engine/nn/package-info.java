/**
 * Blocks that architectures are wired from. Each holds its weights and working buffers and does its part of a
 * {@link io.jgemma.engine.nn.Step}. Imports {@code tensor}, {@code spec}, {@code backend}, {@code kv}.
 */
@NullMarked
package io.jgemma.engine.nn;

import org.jspecify.annotations.NullMarked;
