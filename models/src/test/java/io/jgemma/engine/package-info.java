/** Tests of the public API, which need a model. */
@NullMarked
package io.jgemma.engine;

import org.jspecify.annotations.NullMarked;
