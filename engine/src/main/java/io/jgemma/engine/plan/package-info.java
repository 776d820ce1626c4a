/**
 * Which layers run where, and the memory they need there.
 */
@NullMarked
package io.jgemma.engine.plan;

import org.jspecify.annotations.NullMarked;
