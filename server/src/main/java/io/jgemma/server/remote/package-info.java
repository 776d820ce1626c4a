/** What the server fetches from elsewhere, where it is allowed to. */
@NullMarked
package io.jgemma.server.remote;

import org.jspecify.annotations.NullMarked;
