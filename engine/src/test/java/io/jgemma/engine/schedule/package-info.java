@NullMarked
package io.jgemma.engine.schedule;

import org.jspecify.annotations.NullMarked;
