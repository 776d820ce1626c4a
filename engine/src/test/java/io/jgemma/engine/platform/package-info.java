@NullMarked
package io.jgemma.engine.platform;

import org.jspecify.annotations.NullMarked;
