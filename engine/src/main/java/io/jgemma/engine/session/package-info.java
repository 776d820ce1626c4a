/**
 * Sessions in files.
 */
@NullMarked
package io.jgemma.engine.session;

import org.jspecify.annotations.NullMarked;
