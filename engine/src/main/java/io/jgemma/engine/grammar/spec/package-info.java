/** Options and errors that the parts of the grammar compiler share. */
@NullMarked
package io.jgemma.engine.grammar.spec;

import org.jspecify.annotations.NullMarked;
