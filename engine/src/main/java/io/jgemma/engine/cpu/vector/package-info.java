/** Kernels in the Vector API, for any vector width. The only package that may import {@code jdk.incubator.vector}. */
@NullMarked
package io.jgemma.engine.cpu.vector;

import org.jspecify.annotations.NullMarked;
