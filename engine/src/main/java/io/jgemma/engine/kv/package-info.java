/**
 * The memory of conversations: reference-counted pages of keys and values. Imports {@code backend}, {@code spec},
 * {@code tensor} and {@code quant}.
 */
@NullMarked
package io.jgemma.engine.kv;

import org.jspecify.annotations.NullMarked;
