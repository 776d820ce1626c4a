/** Benchmarks of whole models. */
@NullMarked
package io.jgemma.bench.model;

import org.jspecify.annotations.NullMarked;
