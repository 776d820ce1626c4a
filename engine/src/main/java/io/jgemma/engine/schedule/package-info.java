/** Which rows make the next step: live sequences, slices of prompts, memory of K and V, and what is kept of prompts. */
@NullMarked
package io.jgemma.engine.schedule;

import org.jspecify.annotations.NullMarked;
