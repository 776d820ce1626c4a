@NullMarked
package io.jgemma.engine.text;

import org.jspecify.annotations.NullMarked;
