@NullMarked
package io.jgemma.engine.cpu.vector;

import org.jspecify.annotations.NullMarked;
