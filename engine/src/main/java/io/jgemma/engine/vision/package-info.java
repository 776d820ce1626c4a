/**
 * Pictures: reading and resizing them, what a projector's file says, and the towers that turn them into rows for a language
 * model. Imports {@code backend}, {@code chat}, {@code gguf}, {@code model}, {@code nn}, {@code spec}, {@code tensor} and {@code text}.
 */
@NullMarked
package io.jgemma.engine.vision;

import org.jspecify.annotations.NullMarked;
