/** What tests need of JCuda besides the driver. */
@NullMarked
package io.jgemma.cuda.jcuda;

import org.jspecify.annotations.NullMarked;
