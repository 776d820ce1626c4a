/**
 * Structured output: grammars made from JSON schemas, GBNF, regular expressions, choices and tools, and the constraints
 * that enforce them token by token.
 */
@NullMarked
package io.jgemma.engine.grammar;

import org.jspecify.annotations.NullMarked;
