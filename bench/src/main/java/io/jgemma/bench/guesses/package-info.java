/** What guessing tokens gains and costs, with whole models. */
@NullMarked
package io.jgemma.bench.guesses;

import org.jspecify.annotations.NullMarked;
