/**
 * Opens the backends of a plan and loads each layer where it runs.
 */
@NullMarked
package io.jgemma.engine.placement;

import org.jspecify.annotations.NullMarked;
