package io.jgemma.engine.vision;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * How a camera was held: tag 274 of a picture's Exif data (JEITA CP-3451), 1 to 8. Whatever cannot be read counts as 1, as shown.
 */
final class Orientation {

    private static final int TAG = 274;
    private static final int TYPE_SHORT = 3;
    private static final int ENTRY_BYTES = 12;
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

    private Orientation() {}

    /** The orientation that a file names. */
    static int of(PictureFormat format, byte[] data) {
        ByteBuffer bytes = ByteBuffer.wrap(data);
        ByteBuffer exif = switch (format) {
            case JPEG -> inJpeg(bytes);
            case PNG -> inChunks(bytes, 8, ByteOrder.BIG_ENDIAN, "eXIf");
            case WEBP -> inChunks(bytes, 12, ByteOrder.LITTLE_ENDIAN, "EXIF");
            case GIF, BMP -> ByteBuffer.allocate(0);
        };
        return inTiff(begins(exif, EXIF) ? rest(exif, EXIF.length) : exif);
    }

    /** The first Exif segment (APP1) before the image data. */
    private static ByteBuffer inJpeg(ByteBuffer bytes) {
        int at = 2;
        while (at + 4 <= bytes.limit() && (bytes.get(at) & 0xff) == 0xff) {
            int marker = bytes.get(at + 1) & 0xff;
            if (marker == 0xff) {
                at++;
                continue;
            }
            int length = bytes.getShort(at + 2) & 0xffff;
            if (marker == 0xda || length < 2 || at + 2 + length > bytes.limit()) {
                break;
            }
            ByteBuffer segment = bytes.slice(at + 4, length - 2);
            if (marker == 0xe1 && begins(segment, EXIF)) {
                return segment;
            }
            at += 2 + length;
        }
        return ByteBuffer.allocate(0);
    }

    /** A chunk of a PNG (length, name, data, checksum) or WebP file (name, length, data, padding to even). */
    private static ByteBuffer inChunks(ByteBuffer bytes, int first, ByteOrder order, String name) {
        boolean png = order == ByteOrder.BIG_ENDIAN;
        byte[] wanted = name.getBytes(StandardCharsets.US_ASCII);
        bytes.order(order);
        long at = first;
        while (at + 8 <= bytes.limit()) {
            long length = bytes.getInt((int) at + (png ? 0 : 4)) & 0xffffffffL;
            if (at + 8 + length > bytes.limit()) {
                break;
            }
            if (begins(rest(bytes, (int) at + (png ? 4 : 0)), wanted)) {
                return bytes.slice((int) at + 8, (int) length);
            }
            at += 8 + length + (png ? 4 : length % 2);
        }
        return ByteBuffer.allocate(0);
    }

    private static int inTiff(ByteBuffer tiff) {
        if (tiff.limit() < 8) {
            return 1;
        }
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = tiff.getInt(4) & 0xffffffffL;
        if (directory + 2 > tiff.limit()) {
            return 1;
        }
        int count = tiff.getShort((int) directory) & 0xffff;
        for (int i = 0; i < count; i++) {
            long entry = directory + 2 + (long) ENTRY_BYTES * i;
            if (entry + ENTRY_BYTES > tiff.limit()) {
                return 1;
            }
            int at = (int) entry;
            if ((tiff.getShort(at) & 0xffff) == TAG && tiff.getShort(at + 2) == TYPE_SHORT) {
                int value = tiff.getShort(at + 8);
                return value >= 1 && value <= 8 ? value : 1;
            }
        }
        return 1;
    }

    private static boolean begins(ByteBuffer bytes, byte[] with) {
        return bytes.limit() >= with.length && bytes.slice(0, with.length).equals(ByteBuffer.wrap(with));
    }

    private static ByteBuffer rest(ByteBuffer bytes, int from) {
        return bytes.slice(from, bytes.limit() - from);
    }

    /** Turns a picture so that it is as it was seen. */
    static Pixels upright(Pixels from, int orientation) {
        if (orientation == 1) {
            return from;
        }
        boolean turned = orientation >= 5;
        int width = turned ? from.height() : from.width();
        int height = turned ? from.width() : from.height();
        boolean mirrorsX = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
        boolean mirrorsY = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        byte[] to = new byte[from.rgb().length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int sourceX = turned ? y : x;
                int sourceY = turned ? x : y;
                int at = from.at(
                        mirrorsX ? from.width() - 1 - sourceX : sourceX,
                        mirrorsY ? from.height() - 1 - sourceY : sourceY);
                System.arraycopy(from.rgb(), at, to, (y * width + x) * Pixels.BYTES, Pixels.BYTES);
            }
        }
        return new Pixels(width, height, to);
    }
}
