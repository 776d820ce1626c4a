/** Architectures, one file each, and the model that is shipped. Imports {@code io.jgemma.engine} only. */
@NullMarked
package io.jgemma.models;

import org.jspecify.annotations.NullMarked;
