/**
 * How a prompt becomes rows: chat template, tokenizer, pictures.
 */
@NullMarked
package io.jgemma.engine.prompt;

import org.jspecify.annotations.NullMarked;
