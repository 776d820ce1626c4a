/** JMH benchmarks of single kernels of the CPU backend. Imports {@code io.jgemma.engine} with its CPU packages. */
@NullMarked
package io.jgemma.bench.kernel;

import org.jspecify.annotations.NullMarked;
