/**
 * What must be given back, and what others may change meanwhile: cleaning up, and files in memory. Imports nothing of jgemma.
 */
@NullMarked
package io.jgemma.engine.memory;

import org.jspecify.annotations.NullMarked;
