@NullMarked
package io.jgemma.engine.model;

import org.jspecify.annotations.NullMarked;
