package io.jgemma.engine.vision;

import io.jgemma.engine.chat.ContentPart;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Makes parts of messages of pictures in memory. Needs the module {@code java.desktop}. */
public final class PictureWriter {

    private PictureWriter() {}

    /**
     * The picture as PNG.
     *
     * @param name for messages
     * @throws IllegalArgumentException when PNG cannot hold it
     */
    public static ContentPart.Image image(String name, BufferedImage picture) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(picture, "png", png)) {
                throw new IllegalArgumentException(
                        name + " cannot be stored as PNG: convert it to TYPE_INT_RGB or TYPE_INT_ARGB");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ContentPart.Image(name, png.toByteArray());
    }
}
