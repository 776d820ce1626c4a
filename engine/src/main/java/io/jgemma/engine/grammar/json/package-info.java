/** JSON schemas as grammars. */
@NullMarked
package io.jgemma.engine.grammar.json;

import org.jspecify.annotations.NullMarked;
