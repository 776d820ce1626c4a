/** Speed of a model in the terms of llama-bench: the tests, the runs, their statistics and the reports. */
@NullMarked
package io.jgemma.cli.bench;

import org.jspecify.annotations.NullMarked;
