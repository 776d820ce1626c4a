/** The binding of the driver interface to JCuda. Nobody imports it: its class loader brings JCuda's native library. */
@NullMarked
package io.jgemma.cuda.jcuda;

import org.jspecify.annotations.NullMarked;
