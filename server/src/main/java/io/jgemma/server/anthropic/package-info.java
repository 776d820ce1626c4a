/** Messages as Anthropic's clients know them. */
@NullMarked
package io.jgemma.server.anthropic;

import org.jspecify.annotations.NullMarked;
