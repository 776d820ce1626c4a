@NullMarked
package io.jgemma.engine.backend;

import org.jspecify.annotations.NullMarked;
