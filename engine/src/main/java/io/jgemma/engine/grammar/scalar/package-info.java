/** The languages of numbers within bounds, and of strings in formats that JSON Schema defines. */
@NullMarked
package io.jgemma.engine.grammar.scalar;

import org.jspecify.annotations.NullMarked;
