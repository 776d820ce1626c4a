/** Benchmarks of what happens around a model: text to ids, conversations to text, logits to a token. */
@NullMarked
package io.jgemma.bench.text;

import org.jspecify.annotations.NullMarked;
