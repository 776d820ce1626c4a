/** What the fields of a request mean, whichever API they come through. */
@NullMarked
package io.jgemma.server.request;

import org.jspecify.annotations.NullMarked;
