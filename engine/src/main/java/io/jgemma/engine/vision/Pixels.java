package io.jgemma.engine.vision;

/**
 * A picture's pixels.
 *
 * @param width pixels of a row
 * @param height rows
 * @param rgb red, green and blue of each pixel, row by row from the top: {@code [height * width * 3]}, not copied
 */
public record Pixels(int width, int height, byte[] rgb) {

    /** Bytes of a pixel. */
    static final int BYTES = 3;

    public Pixels {
        if (width <= 0 || height <= 0 || rgb.length != Math.multiplyExact(Math.multiplyExact(width, height), BYTES)) {
            throw new IllegalArgumentException(
                    rgb.length + " bytes are not the pixels of " + width + " x " + height + " pixels");
        }
    }

    /** Where a pixel begins. */
    int at(int x, int y) {
        return (y * width + x) * BYTES;
    }

    /** Planes of red, green and blue, {@code (value / 255 - mean) / deviation}: F32 [3, height, width]. */
    public float[] normalised(float[] mean, float[] deviation) {
        int size = width * height;
        float[] planes = new float[BYTES * size];
        for (int c = 0; c < BYTES; c++) {
            for (int i = 0; i < size; i++) {
                planes[c * size + i] = ((rgb[i * BYTES + c] & 0xff) / 255f - mean[c]) / deviation[c];
            }
        }
        return planes;
    }
}
