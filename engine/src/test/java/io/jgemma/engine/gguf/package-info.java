@NullMarked
package io.jgemma.engine.gguf;

import org.jspecify.annotations.NullMarked;
