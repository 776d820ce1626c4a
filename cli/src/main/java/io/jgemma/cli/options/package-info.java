/** Options that several commands share, and how their values are read. llama.cpp's spellings wherever it has one. */
@NullMarked
package io.jgemma.cli.options;

import org.jspecify.annotations.NullMarked;
