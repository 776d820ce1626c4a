package io.jgemma.engine.cpu.x86.assembler;

/** What may stand where an instruction takes a register or memory. */
public sealed interface Rm permits Gp, Vec, Mem {}
