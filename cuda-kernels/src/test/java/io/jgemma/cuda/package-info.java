/** The driver on the stand-in, and the stand-in itself. */
@NullMarked
package io.jgemma.cuda;

import org.jspecify.annotations.NullMarked;
