/** Vocabularies as tries, and which of their tokens a grammar allows next. */
@NullMarked
package io.jgemma.engine.grammar.trie;

import org.jspecify.annotations.NullMarked;
