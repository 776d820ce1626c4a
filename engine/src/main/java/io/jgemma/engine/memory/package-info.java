/**
 * Resources: cleanup of native memory, and mapped files that other programs may change. Imports {@code platform}.
 */
@NullMarked
package io.jgemma.engine.memory;

import org.jspecify.annotations.NullMarked;
