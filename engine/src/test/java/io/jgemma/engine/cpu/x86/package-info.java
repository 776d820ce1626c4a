@NullMarked
package io.jgemma.engine.cpu.x86;

import org.jspecify.annotations.NullMarked;
