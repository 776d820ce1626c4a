/** The models a server offers: loaded on first use, unloaded when idle. */
@NullMarked
package io.jgemma.server.models;

import org.jspecify.annotations.NullMarked;
