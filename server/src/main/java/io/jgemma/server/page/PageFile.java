package io.jgemma.server.page;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * A file of the page as it is sent.
 *
 * @param contentType of the file
 * @param plain the file
 * @param gzip the file compressed; empty where that makes it no smaller
 * @param tag changes with the contents
 */
record PageFile(String contentType, byte[] plain, byte[] gzip, String tag) {
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "txt", "text/plain; charset=utf-8",
            "md", "text/plain; charset=utf-8",
            "woff2", "font/woff2");
    private static final int TAG_BYTES = 12;

    /**
     * Reads a file out of the jar.
     *
     * @param path from the page's folder
     */
    static PageFile read(String path) {
        try (InputStream in = PageFile.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks the page's file " + path);
            }
            byte[] plain = in.readAllBytes();
            byte[] gzip = compress(plain);
            return new PageFile(type(path), plain, gzip.length < plain.length ? gzip : new byte[0], tag(plain));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String type(String path) {
        String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
        if (type == null) {
            throw new IllegalStateException("there is no content type for the page's file " + path);
        }
        return type;
    }

    private static byte[] compress(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 2);
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        }
        return out.toByteArray();
    }

    private static String tag(byte[] plain) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(plain);
            return HexFormat.of().formatHex(Arrays.copyOf(digest, TAG_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
