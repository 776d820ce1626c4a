/** The Responses API as OpenAI's clients know it, without state. */
@NullMarked
package io.jgemma.server.responses;

import org.jspecify.annotations.NullMarked;
