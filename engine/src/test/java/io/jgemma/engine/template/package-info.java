@NullMarked
package io.jgemma.engine.template;

import org.jspecify.annotations.NullMarked;
