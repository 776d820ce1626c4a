/** What a GPU's driver and kernels cost: times on a card, counts on the stand-in for its driver. */
@NullMarked
package io.jgemma.bench.gpu;

import org.jspecify.annotations.NullMarked;
