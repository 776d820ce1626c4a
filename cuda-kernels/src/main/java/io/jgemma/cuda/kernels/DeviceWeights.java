package io.jgemma.cuda.kernels;

/**
 * Weights on a device, of any GGUF type.
 *
 * @param type GGUF's number of the type
 * @param blocks address of the blocks as in the file, or of {@link PackedWeights}
 * @param packed whether they are repacked
 * @param rows outputs
 * @param columns inputs
 */
public record DeviceWeights(int type, long blocks, boolean packed, int rows, int columns) {}
