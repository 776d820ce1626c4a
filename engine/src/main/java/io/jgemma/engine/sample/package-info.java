/**
 * From logits to the next token: options, penalties, truncations, the seeded draw, and the hook for masks. Imports
 * {@code backend} only.
 */
@NullMarked
package io.jgemma.engine.sample;

import org.jspecify.annotations.NullMarked;
