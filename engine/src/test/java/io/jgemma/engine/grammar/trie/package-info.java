@NullMarked
package io.jgemma.engine.grammar.trie;

import org.jspecify.annotations.NullMarked;
