/** The kernels that ship, on the stand-in and through a real PTX compiler. */
@NullMarked
package io.jgemma.cuda.kernels;

import org.jspecify.annotations.NullMarked;
