/**
 * What must be given back, and what others may change meanwhile: cleaning up, and files in memory. Imports {@code platform}.
 */
@NullMarked
package io.jgemma.engine.memory;

import org.jspecify.annotations.NullMarked;
