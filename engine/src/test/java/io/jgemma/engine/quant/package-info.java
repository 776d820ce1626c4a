@NullMarked
package io.jgemma.engine.quant;

import org.jspecify.annotations.NullMarked;
