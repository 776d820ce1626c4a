/** The routes of llama.cpp's server. */
@NullMarked
package io.jgemma.server.llamacpp;

import org.jspecify.annotations.NullMarked;
