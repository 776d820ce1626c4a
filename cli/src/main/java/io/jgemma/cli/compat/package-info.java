/** Options and commands of llama.cpp and Ollama that are not jgemma's own, and what becomes of them here. */
@NullMarked
package io.jgemma.cli.compat;

import org.jspecify.annotations.NullMarked;
