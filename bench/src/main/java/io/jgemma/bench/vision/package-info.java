/** What encoding a picture costs. */
@NullMarked
package io.jgemma.bench.vision;

import org.jspecify.annotations.NullMarked;
