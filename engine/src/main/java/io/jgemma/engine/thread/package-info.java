/** Threads: work in the background, and the wait for its end. Imports nothing else of this project. */
@NullMarked
package io.jgemma.engine.thread;

import org.jspecify.annotations.NullMarked;
