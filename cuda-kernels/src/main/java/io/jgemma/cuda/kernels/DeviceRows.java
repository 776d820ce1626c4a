package io.jgemma.cuda.kernels;

/**
 * Rows of F32 on a device, one after the other.
 *
 * @param address of F32 {@code [rows, columns]}
 * @param rows number of rows
 * @param columns elements of a row
 */
public record DeviceRows(long address, int rows, int columns) {}
