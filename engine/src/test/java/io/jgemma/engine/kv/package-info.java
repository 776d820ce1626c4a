@NullMarked
package io.jgemma.engine.kv;

import org.jspecify.annotations.NullMarked;
