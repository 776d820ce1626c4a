package io.jgemma.engine.vision;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/** The formats of pictures that can be read, told by a file's first bytes and never by its name. */
enum PictureFormat {
    PNG("png"),
    JPEG("jpeg"),
    WEBP("webp"),
    GIF("gif"),
    BMP("bmp");

    /** Brands of the ISO base media files that hold HEIF pictures. */
    private static final Set<String> HEIF_BRANDS =
            Set.of("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis");

    private static final int SHOWN_BYTES = 8;

    private final String readerName;

    PictureFormat(String readerName) {
        this.readerName = readerName;
    }

    /** Its name for {@link javax.imageio.ImageIO#getImageReadersByFormatName}. */
    String readerName() {
        return readerName;
    }

    /**
     * The format of a file.
     *
     * @param name of the picture, for messages
     * @throws PictureException when it is none of these
     */
    static PictureFormat of(byte[] data, String name) {
        String start = new String(data, 0, Math.min(data.length, 16), StandardCharsets.ISO_8859_1);
        if (start.startsWith("\u0089PNG\r\n\u001a\n")) {
            return PNG;
        }
        if (start.startsWith("\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) {
            return WEBP;
        }
        if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) {
            return GIF;
        }
        if (start.startsWith("BM")) {
            return BMP;
        }
        if (start.startsWith("ftyp", 4) && start.length() >= 12 && HEIF_BRANDS.contains(start.substring(8, 12))) {
            throw new PictureException(name + " is a " + (start.startsWith("avi", 8) ? "AVIF" : "HEIC")
                    + " picture, which cannot be read: save it as JPEG, PNG or WebP");
        }
        throw new PictureException(
                name + " is not a picture that can be read: " + shown(data) + "; PNG, JPEG, WebP, GIF and BMP can be");
    }

    private static String shown(byte[] data) {
        if (data.length == 0) {
            return "it is empty";
        }
        StringBuilder text = new StringBuilder("it begins with the bytes");
        for (int i = 0; i < Math.min(data.length, SHOWN_BYTES); i++) {
            text.append(String.format(" %02x", data[i]));
        }
        return text.toString();
    }
}
