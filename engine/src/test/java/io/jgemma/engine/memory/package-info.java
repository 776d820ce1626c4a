@NullMarked
package io.jgemma.engine.memory;

import org.jspecify.annotations.NullMarked;
