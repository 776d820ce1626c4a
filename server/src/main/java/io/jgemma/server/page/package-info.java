/** The web page at {@code /}: static files out of the jar, with the headers that keep a page safe. */
@NullMarked
package io.jgemma.server.page;

import org.jspecify.annotations.NullMarked;
