/**
 * Regular languages over bytes as expressions with derivatives, sets of code points and their encodings, and ECMA-262
 * patterns. Imports nothing of jgemma.
 */
@NullMarked
package io.jgemma.engine.grammar.regex;

import org.jspecify.annotations.NullMarked;
