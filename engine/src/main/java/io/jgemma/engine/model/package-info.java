/**
 * What an architecture's file provides, and how one is found for a file. Imports everything below the public API.
 */
@NullMarked
package io.jgemma.engine.model;

import org.jspecify.annotations.NullMarked;
