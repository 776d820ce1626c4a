/** llama.cpp's notation for grammars, GBNF. */
@NullMarked
package io.jgemma.engine.grammar.gbnf;

import org.jspecify.annotations.NullMarked;
