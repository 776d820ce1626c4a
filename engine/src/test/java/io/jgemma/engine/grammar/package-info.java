@NullMarked
package io.jgemma.engine.grammar;

import org.jspecify.annotations.NullMarked;
