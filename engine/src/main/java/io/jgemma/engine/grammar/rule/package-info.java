/** Context-free grammars over bytes: rules as automata whose edges read words of regular languages or call rules. */
@NullMarked
package io.jgemma.engine.grammar.rule;

import org.jspecify.annotations.NullMarked;
