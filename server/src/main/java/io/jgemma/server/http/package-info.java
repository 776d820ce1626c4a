/** Connections, keys, limits, bodies and streams of events, on Helidon. */
@NullMarked
package io.jgemma.server.http;

import org.jspecify.annotations.NullMarked;
