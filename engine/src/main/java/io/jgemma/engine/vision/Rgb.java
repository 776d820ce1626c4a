package io.jgemma.engine.vision;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * Red, green and blue of what ImageIO has read. Samples are taken as they are stored: a conversion by colour spaces would brighten
 * gray pictures, which Java takes for linear, and no processor of a model applies colour profiles.
 */
final class Rgb {

    private final Raster raster;
    private final ColorModel colours;
    private final int bands;
    private final int[] most;

    private Rgb(BufferedImage image) {
        raster = image.getRaster();
        colours = image.getColorModel();
        bands = raster.getNumBands();
        most = new int[bands];
        for (int b = 0; b < bands; b++) {
            most[b] = (1 << raster.getSampleModel().getSampleSize(b)) - 1;
        }
    }

    /** The pixels of an image, on white. */
    static Pixels of(BufferedImage image) {
        return new Rgb(image).pixels();
    }

    private Pixels pixels() {
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] rgb = new byte[width * height * Pixels.BYTES];
        int[] row = new int[width * bands];
        for (int y = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int x = 0; x < width; x++) {
                int to = (y * width + x) * Pixels.BYTES;
                if (colours instanceof IndexColorModel palette) {
                    entry(palette, row[x], rgb, to);
                } else {
                    pixel(row, x * bands, rgb, to);
                }
            }
        }
        return new Pixels(width, height, rgb);
    }

    private static void entry(IndexColorModel palette, int index, byte[] rgb, int to) {
        int entry = Math.min(index, palette.getMapSize() - 1);
        int alpha = palette.getAlpha(entry);
        rgb[to] = onWhite(palette.getRed(entry), alpha);
        rgb[to + 1] = onWhite(palette.getGreen(entry), alpha);
        rgb[to + 2] = onWhite(palette.getBlue(entry), alpha);
    }

    private void pixel(int[] row, int from, byte[] rgb, int to) {
        boolean gray = bands < Pixels.BYTES;
        int alpha = colours.hasAlpha() ? sample(row, from, bands - 1) : 255;
        for (int c = 0; c < Pixels.BYTES; c++) {
            rgb[to + c] = onWhite(sample(row, from, gray ? 0 : c), alpha);
        }
    }

    /** A sample as 8 bits: longer ones are cut, shorter ones spread. */
    private int sample(int[] row, int from, int band) {
        int value = row[from + band];
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(most[band]);
        return bits >= Byte.SIZE ? (value >> (bits - Byte.SIZE)) & 0xff : value * 255 / most[band];
    }

    private static byte onWhite(int value, int alpha) {
        return (byte) (alpha == 255 ? value : (value * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}
