/**
 * Pictures: reading and resizing them, what a projector's file says, and the towers that turn them into rows for a language
 * model. Imports {@code model} and what lies below.
 */
@NullMarked
package io.jgemma.engine.vision;

import org.jspecify.annotations.NullMarked;
