package io.jgemma.engine.backend;

/**
 * A device as its driver describes it.
 *
 * @param number what {@link Accelerator#open} takes
 * @param name e.g. {@code "NVIDIA GeForce RTX 3090"}
 * @param kind e.g. {@code "CUDA 8.6"}
 * @param freeBytes memory that nobody uses
 * @param totalBytes all its memory
 * @param bytesPerSecond what its memory can move at most, by its clock and width; 0 where the driver does not say
 */
public record DeviceInfo(int number, String name, String kind, long freeBytes, long totalBytes, long bytesPerSecond) {}
