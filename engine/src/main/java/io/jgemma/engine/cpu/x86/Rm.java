package io.jgemma.engine.cpu.x86;

/** What may stand where an instruction takes a register or memory. */
sealed interface Rm permits Gp, Vec, Mem {}
