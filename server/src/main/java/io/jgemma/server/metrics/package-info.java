/** What a server counts, for Prometheus. */
@NullMarked
package io.jgemma.server.metrics;

import org.jspecify.annotations.NullMarked;
