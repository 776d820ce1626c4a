/** Perplexity of a text: the chunks, the score and the command. */
@NullMarked
package io.jgemma.cli.perplexity;

import org.jspecify.annotations.NullMarked;
