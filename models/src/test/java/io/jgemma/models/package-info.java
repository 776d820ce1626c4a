/** Contract tests of architectures, and tests on the demo model and on real weights. */
@NullMarked
package io.jgemma.models;

import org.jspecify.annotations.NullMarked;
