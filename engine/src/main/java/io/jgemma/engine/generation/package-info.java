/**
 * Requests to a model, and what it answers: events and results.
 */
@NullMarked
package io.jgemma.engine.generation;

import org.jspecify.annotations.NullMarked;
