/**
 * Facts about a model as plain records: computed once, in the architecture's file, and read by attention, mask and K/V
 * cache alike. Imports nothing of jgemma.
 */
@NullMarked
package io.jgemma.engine.spec;

import org.jspecify.annotations.NullMarked;
