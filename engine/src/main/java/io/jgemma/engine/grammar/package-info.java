/**
 * Answers that keep a form: grammars made of JSON schemas, GBNF, regular expressions, choices and tools, and the constraints
 * that hold a generation to them token by token.
 */
@NullMarked
package io.jgemma.engine.grammar;

import org.jspecify.annotations.NullMarked;
