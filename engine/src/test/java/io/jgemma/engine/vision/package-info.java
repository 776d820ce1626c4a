/** Tests of reading pictures. */
@NullMarked
package io.jgemma.engine.vision;

import org.jspecify.annotations.NullMarked;
