package io.jgemma.engine.vision;

import java.util.Arrays;

/**
 * The shape of a vision tower with its projector.
 *
 * @param imageSize width and height of the pictures it takes, in pixels
 * @param patchSize width and height of a patch, in pixels; divides {@code imageSize}
 * @param hidden elements of a row within the tower
 * @param feedForward elements of a row within a feed-forward
 * @param blocks number of blocks
 * @param heads attention heads
 * @param epsilon of the norms
 * @param poolSize width and height, in patches, of what becomes one row; divides the patches of a side
 * @param outputs elements of a projected row: the language model's hidden size
 * @param mean of red, green and blue, taken from values in 0 to 1
 * @param deviation of red, green and blue, which divides what is left
 */
public record VisionSpec(
        int imageSize,
        int patchSize,
        int hidden,
        int feedForward,
        int blocks,
        int heads,
        float epsilon,
        int poolSize,
        int outputs,
        float[] mean,
        float[] deviation) {

    /** Colours of a pixel. */
    public static final int CHANNELS = 3;

    public VisionSpec {
        mean = mean.clone();
        deviation = deviation.clone();
    }

    /** Patches of a row or a column. */
    public int side() {
        return imageSize / patchSize;
    }

    /** Patches of a picture. */
    public int patches() {
        return side() * side();
    }

    /** Numbers in a patch. */
    public int patchElements() {
        return CHANNELS * patchSize * patchSize;
    }

    /** Elements of a head. */
    public int headDim() {
        return hidden / heads;
    }

    /** Rows that a picture becomes for the language model. */
    public int tokens() {
        int rows = side() / poolSize;
        return rows * rows;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VisionSpec that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        return "%d x %d pixels, patches of %d, %d blocks of %d, %d and %d heads, epsilon %s, pools %d x %d to %d, mean %s, deviation %s"
                .formatted(
                        imageSize,
                        imageSize,
                        patchSize,
                        blocks,
                        hidden,
                        feedForward,
                        heads,
                        epsilon,
                        poolSize,
                        poolSize,
                        outputs,
                        Arrays.toString(mean),
                        Arrays.toString(deviation));
    }
}
