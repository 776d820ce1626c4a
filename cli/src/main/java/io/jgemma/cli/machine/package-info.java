/** What this computer is: its processor, memory and GPUs, and what jgemma computes with on it. */
@NullMarked
package io.jgemma.cli.machine;

import org.jspecify.annotations.NullMarked;
