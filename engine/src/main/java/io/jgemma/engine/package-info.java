/**
 * The public API: {@link io.jgemma.engine.Engine} opens a model, {@link io.jgemma.engine.Session} holds one
 * conversation's memory and generates.
 */
@NullMarked
package io.jgemma.engine;

import org.jspecify.annotations.NullMarked;
