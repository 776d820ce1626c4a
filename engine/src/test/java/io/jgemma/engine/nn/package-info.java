/** Tests of what models are wired from. */
@NullMarked
package io.jgemma.engine.nn;

import org.jspecify.annotations.NullMarked;
