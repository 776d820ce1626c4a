@NullMarked
package io.jgemma.engine.cpu;

import org.jspecify.annotations.NullMarked;
