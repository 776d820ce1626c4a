/**
 * What differs between operating systems: which one this is, memory in whole pages, and how much memory there is. Everything
 * that calls the system goes through here. Imports nothing of jgemma.
 */
@NullMarked
package io.jgemma.engine.platform;

import org.jspecify.annotations.NullMarked;
