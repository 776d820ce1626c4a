/**
 * Reading texts by a grammar, byte by byte: an Earley parser whose item sets are kept and shared, so that with use it becomes a
 * table of transitions.
 */
@NullMarked
package io.jgemma.engine.grammar.parse;

import org.jspecify.annotations.NullMarked;
