/** What those who ask for a grammar and those who make it share: options, and errors. */
@NullMarked
package io.jgemma.engine.grammar.spec;

import org.jspecify.annotations.NullMarked;
