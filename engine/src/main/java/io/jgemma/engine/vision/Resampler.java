package io.jgemma.engine.vision;

/**
 * Resizes with a triangle filter that widens with the reduction, so that every pixel counts (bilinear, antialiased). Columns first,
 * then rows, each rounded to bytes, with weights of 22 bits: the reference processors of models resize with Pillow, and this gives
 * the same bytes.
 */
public final class Resampler {

    private static final int BITS = 22;
    private static final int HALF = 1 << (BITS - 1);

    private Resampler() {}

    /** A picture of another size; the ratio of its sides is not kept. */
    public static Pixels resize(Pixels from, int width, int height) {
        return rows(columns(from, width), height);
    }

    private static Pixels columns(Pixels from, int width) {
        if (width == from.width()) {
            return from;
        }
        Weights weights = new Weights(from.width(), width);
        byte[] to = new byte[width * from.height() * Pixels.BYTES];
        for (int y = 0; y < from.height(); y++) {
            for (int x = 0; x < width; x++) {
                int at = from.at(weights.first[x], y);
                sum(from.rgb(), at, Pixels.BYTES, weights.of[x], to, (y * width + x) * Pixels.BYTES);
            }
        }
        return new Pixels(width, from.height(), to);
    }

    private static Pixels rows(Pixels from, int height) {
        if (height == from.height()) {
            return from;
        }
        Weights weights = new Weights(from.height(), height);
        int width = from.width();
        byte[] to = new byte[width * height * Pixels.BYTES];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = from.at(x, weights.first[y]);
                sum(from.rgb(), at, width * Pixels.BYTES, weights.of[y], to, (y * width + x) * Pixels.BYTES);
            }
        }
        return new Pixels(width, height, to);
    }

    private static void sum(byte[] from, int first, int step, int[] weights, byte[] to, int at) {
        int red = HALF;
        int green = HALF;
        int blue = HALF;
        int i = first;
        for (int weight : weights) {
            red += weight * (from[i] & 0xff);
            green += weight * (from[i + 1] & 0xff);
            blue += weight * (from[i + 2] & 0xff);
            i += step;
        }
        to[at] = (byte) Math.min(red >> BITS, 255);
        to[at + 1] = (byte) Math.min(green >> BITS, 255);
        to[at + 2] = (byte) Math.min(blue >> BITS, 255);
    }

    /** Of each pixel of a line, which pixels of the other line it is made of, and their weights. */
    private static final class Weights {
        private final int[] first;
        private final int[][] of;

        Weights(int from, int to) {
            first = new int[to];
            of = new int[to][];
            double scale = (double) from / to;
            double reach = Math.max(scale, 1);
            for (int i = 0; i < to; i++) {
                double center = (i + 0.5) * scale;
                first[i] = Math.max(0, (int) (center - reach + 0.5));
                int end = Math.min(from, (int) (center + reach + 0.5));
                of[i] = weights(first[i], end, center, 1 / reach);
            }
        }

        private static int[] weights(int first, int end, double center, double slope) {
            double[] shares = new double[end - first];
            double sum = 0;
            for (int i = 0; i < shares.length; i++) {
                shares[i] = Math.max(0, 1 - Math.abs((i + first - center + 0.5) * slope));
                sum += shares[i];
            }
            int[] weights = new int[shares.length];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = (int) (0.5 + shares[i] / sum * (1 << BITS));
            }
            return weights;
        }
    }
}
