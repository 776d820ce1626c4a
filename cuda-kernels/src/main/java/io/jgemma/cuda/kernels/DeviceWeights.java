package io.jgemma.cuda.kernels;

/**
 * Weights on a device, of any GGUF type.
 *
 * @param type GGUF's number of the type
 * @param blocks address of the blocks as in the file, or of the nibbles of {@link Q4_0Weights}
 * @param scales address of the scales of {@link Q4_0Weights}; 0 where the blocks are those of the file
 * @param rows outputs
 * @param columns inputs
 */
public record DeviceWeights(int type, long blocks, long scales, int rows, int columns) {}
