/**
 * What is asked of a model and what it answers: requests, events, results.
 */
@NullMarked
package io.jgemma.engine.generation;

import org.jspecify.annotations.NullMarked;
