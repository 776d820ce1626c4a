package io.jgemma.engine.chat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** A part of a message. */
public sealed interface ContentPart {

    /** Words. */
    record Text(String text) implements ContentPart {}

    /**
     * A picture. The chat template prints its placeholder; the model reads rows that a vision tower makes of the file.
     *
     * @param name for messages, e.g. the file's name
     * @param data the bytes of a PNG, JPEG, WebP, GIF or BMP file; not copied, and not to be changed
     */
    record Image(String name, byte[] data) implements ContentPart {

        /**
         * A picture in a file.
         *
         * @throws UncheckedIOException when it cannot be read
         */
        public static Image of(Path file) {
            try {
                return new Image(String.valueOf(file.getFileName()), Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Image that && name.equals(that.name) && Arrays.equals(data, that.data);
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, Arrays.hashCode(data));
        }

        @Override
        public String toString() {
            return "Image[" + name + ", " + data.length + " bytes]";
        }
    }
}
