/** Tests of the backend. */
@NullMarked
package io.jgemma.cuda.backend;

import org.jspecify.annotations.NullMarked;
