package io.jgemma.engine;

/**
 * Memory of an engine, in bytes.
 *
 * @param weightsBytes the model file; mapped, so the system may drop and read again what is not used
 * @param kvBytes K/V pages of all sessions
 * @param bufferBytes working buffers of the backend
 */
public record MemoryUse(long weightsBytes, long kvBytes, long bufferBytes) {}
