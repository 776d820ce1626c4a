/** Runs benchmarks and says how close they came to what the machine can do. */
@NullMarked
package io.jgemma.bench;

import org.jspecify.annotations.NullMarked;
