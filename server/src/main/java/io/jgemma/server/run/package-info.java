/** Generations on behalf of a request: admitted, waited for, cancelled when nobody listens any more. */
@NullMarked
package io.jgemma.server.run;

import org.jspecify.annotations.NullMarked;
