/**
 * What an architecture's file provides, and how one is found for a file. Imports {@code memory}, {@code quant},
 * {@code tensor}, {@code gguf}, {@code spec}, {@code backend}, {@code kv}, {@code nn}, {@code sample} and {@code chat}.
 */
@NullMarked
package io.jgemma.engine.model;

import org.jspecify.annotations.NullMarked;
