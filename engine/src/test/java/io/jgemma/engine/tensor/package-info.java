@NullMarked
package io.jgemma.engine.tensor;

import org.jspecify.annotations.NullMarked;
