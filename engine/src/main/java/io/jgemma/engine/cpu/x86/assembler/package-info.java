/**
 * An encoder for the instructions used, memory to run code from, and what the processor can do. Knows nothing of what is computed.
 */
@NullMarked
package io.jgemma.engine.cpu.x86.assembler;

import org.jspecify.annotations.NullMarked;
