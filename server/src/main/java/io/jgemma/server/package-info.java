/** The server: what it is started with, and how it is stopped. */
@NullMarked
package io.jgemma.server;

import org.jspecify.annotations.NullMarked;
