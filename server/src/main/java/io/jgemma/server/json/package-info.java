/** JSON as requests hold it and as answers write it, and the errors that name a field. */
@NullMarked
package io.jgemma.server.json;

import org.jspecify.annotations.NullMarked;
