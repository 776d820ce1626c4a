/** Chat completions, completions, embeddings and models as OpenAI's clients know them. */
@NullMarked
package io.jgemma.server.openai;

import org.jspecify.annotations.NullMarked;
