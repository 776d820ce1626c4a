/** Memory of a backend and typed views of it. Imports {@code quant} only. */
@NullMarked
package io.jgemma.engine.tensor;

import org.jspecify.annotations.NullMarked;
