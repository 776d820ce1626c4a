package io.jgemma.engine.vision;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads PNG, JPEG, WebP, GIF (the first frame) and BMP through ImageIO: palettes, gray, 16 bits and CMYK become red, green and blue
 * of 8 bits; what is transparent lies on white; the picture is turned as its Exif data say. The size is read first, and a picture
 * that is too large is refused before it takes memory.
 *
 * <p>Files are hostile: whatever a reader throws becomes a {@link PictureException}.
 */
public final class PictureReader {

    /** The most pixels of a picture unless said otherwise. */
    public static final long DEFAULT_MOST_PIXELS = 40_000_000;

    private final long mostPixels;

    /**
     * A reader.
     *
     * @param mostPixels the most pixels of a picture, at most {@link Integer#MAX_VALUE} / 3
     */
    public PictureReader(long mostPixels) {
        if (mostPixels < 1 || mostPixels > Integer.MAX_VALUE / Pixels.BYTES) {
            throw new IllegalArgumentException("pictures of at most " + mostPixels
                    + " pixels cannot be asked for: 1 to " + Integer.MAX_VALUE / Pixels.BYTES + " can");
        }
        this.mostPixels = mostPixels;
    }

    /**
     * Reads a picture.
     *
     * @param data the file's bytes
     * @param name for messages
     * @throws PictureException when it cannot be read
     */
    public Pixels read(byte[] data, String name) {
        PictureFormat format = PictureFormat.of(data, name);
        ImageReader reader = reader(format, name);
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(data))) {
            reader.setInput(in, true, true);
            requireSize(reader.getWidth(0), reader.getHeight(0), name);
            Pixels pixels = format == PictureFormat.GIF ? frame(reader, data, name) : picture(reader, format, data);
            return Orientation.upright(pixels, Orientation.of(format, data));
        } catch (PictureException e) {
            throw e;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new PictureException(name + " is a damaged " + format + " picture: " + reason, e);
        } finally {
            reader.dispose();
        }
    }

    private static ImageReader reader(PictureFormat format, String name) {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format.readerName());
        if (!readers.hasNext()) {
            throw new PictureException(
                    name + " is a " + format + " picture, and no reader for these is installed: add the library"
                            + " com.twelvemonkeys.imageio:imageio-webp, or save the picture as PNG or JPEG");
        }
        return readers.next();
    }

    private void requireSize(int width, int height, String name) {
        long pixels = (long) width * height;
        if (width <= 0 || height <= 0) {
            throw new PictureException(name + " is damaged: it says that it has " + width + " x " + height + " pixels");
        }
        if (pixels > mostPixels) {
            throw new PictureException(
                    "%s has %d x %d = %d pixels, but at most %d are read: make it smaller, or allow more with --image-max-pixels"
                            .formatted(name, width, height, pixels, mostPixels));
        }
    }

    private static Pixels picture(ImageReader reader, PictureFormat format, byte[] data) throws IOException {
        if (format == PictureFormat.JPEG && Cmyk.isIn(data)) {
            return Cmyk.pixels(reader.readRaster(0, null), data);
        }
        return Rgb.of(reader.read(0));
    }

    /** The first frame where it lies on the screen of a GIF, on white. */
    private Pixels frame(ImageReader reader, byte[] data, String name) throws IOException {
        GifScreen screen = GifScreen.of(data);
        requireSize(screen.width(), screen.height(), name);
        BufferedImage image = reader.read(0);
        Rectangle all = new Rectangle(screen.width(), screen.height());
        Rectangle seen =
                all.intersection(new Rectangle(screen.left(), screen.top(), image.getWidth(), image.getHeight()));
        Pixels frame = Rgb.of(image);
        if (seen.equals(all) && frame.width() == screen.width() && frame.height() == screen.height()) {
            return frame;
        }
        byte[] rgb = new byte[screen.width() * screen.height() * Pixels.BYTES];
        Arrays.fill(rgb, (byte) 255);
        for (int y = 0; y < seen.height; y++) {
            int from = frame.at(seen.x - screen.left(), seen.y - screen.top() + y);
            int to = ((seen.y + y) * screen.width() + seen.x) * Pixels.BYTES;
            System.arraycopy(frame.rgb(), from, rgb, to, seen.width * Pixels.BYTES);
        }
        return new Pixels(screen.width(), screen.height(), rgb);
    }

    /** A JPEG picture of four inks, which ImageIO hands out as they are stored. */
    private static final class Cmyk {
        private static final int COMPONENTS = 4;

        private Cmyk() {}

        /** Whether the frame header names four components. */
        static boolean isIn(byte[] data) {
            int frame = marker(data, Cmyk::isFrame);
            return frame >= 0 && frame + 9 < data.length && data[frame + 9] == COMPONENTS;
        }

        private static boolean isFrame(int marker) {
            return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        }

        private interface Wanted {
            boolean is(int marker);
        }

        /** Where the first such marker before the image data is; -1 where there is none. */
        private static int marker(byte[] data, Wanted wanted) {
            int at = 2;
            while (at + 4 <= data.length && (data[at] & 0xff) == 0xff) {
                int marker = data[at + 1] & 0xff;
                if (marker == 0xff) {
                    at++;
                    continue;
                }
                if (wanted.is(marker)) {
                    return at;
                }
                int length = ((data[at + 2] & 0xff) << 8) | (data[at + 3] & 0xff);
                if (marker == 0xda || length < 2) {
                    break;
                }
                at += 2 + length;
            }
            return -1;
        }

        /** Inks are stored inverted where Adobe wrote the file; its marker also says whether three are luma and chroma. */
        static Pixels pixels(Raster raster, byte[] data) {
            int adobe = marker(data, m -> m == 0xee);
            boolean inverted = adobe >= 0;
            boolean chroma = adobe >= 0 && adobe + 15 < data.length && data[adobe + 15] == 2;
            int width = raster.getWidth();
            byte[] rgb = new byte[width * raster.getHeight() * Pixels.BYTES];
            int[] row = new int[width * COMPONENTS];
            for (int y = 0; y < raster.getHeight(); y++) {
                raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
                for (int x = 0; x < width; x++) {
                    pixel(row, x * COMPONENTS, inverted, chroma, rgb, (y * width + x) * Pixels.BYTES);
                }
            }
            return new Pixels(width, raster.getHeight(), rgb);
        }

        private static void pixel(int[] row, int from, boolean inverted, boolean chroma, byte[] rgb, int to) {
            int key = inverted ? row[from + 3] : 255 - row[from + 3];
            for (int c = 0; c < Pixels.BYTES; c++) {
                int stored = chroma ? 255 - colour(row, from, c) : row[from + c];
                int light = inverted ? stored : 255 - stored;
                rgb[to + c] = (byte) ((light * key + 127) / 255);
            }
        }

        /** Red, green or blue of luma and chroma (JFIF 1.02). */
        private static int colour(int[] row, int from, int c) {
            double blue = row[from + 1] - 128.0;
            double red = row[from + 2] - 128.0;
            double value = row[from]
                    + switch (c) {
                        case 0 -> 1.402 * red;
                        case 1 -> -0.344136 * blue - 0.714136 * red;
                        default -> 1.772 * blue;
                    };
            return Math.clamp(Math.round(value), 0, 255);
        }
    }
}
