package io.jgemma.engine.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pictures of every format and kind of pixels, made by Pillow, and what Pillow makes of them: turned upright by their Exif data, on
 * white, resized to 40 x 40 with its bilinear filter, as red, green and blue.
 */
final class PictureReaderTest {

    private static final int SIZE = 40;
    private static final boolean LONG = Boolean.getBoolean("jgemma.long");
    private static final int MUTATIONS = LONG ? 48 : 4;

    private final PictureReader reader = new PictureReader(1_000_000);

    private static byte[] resource(String name) {
        try (InputStream in = Objects.requireNonNull(
                PictureReaderTest.class.getResourceAsStream("/pictures/" + name), () -> "no resource " + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alpha.png",
                "alpha.webp",
                "baseline.jpg",
                "bits1.png",
                "cmyk.jpg",
                "frames.gif",
                "full_chroma.jpg",
                "gray.jpg",
                "gray.png",
                "gray16.png",
                "gray_alpha.png",
                "large.jpg",
                "large.png",
                "lossless.webp",
                "palette.bmp",
                "palette.gif",
                "palette.png",
                "progressive.jpg",
                "rgb.bmp",
                "rgb.png",
                "rgb16.png",
                "tiny.png",
                "turned2.png",
                "turned3.jpg",
                "turned4.webp",
                "turned5.png",
                "turned6.jpg",
                "turned7.webp",
                "turned8.jpg"
            })
    void pixelsAreTheReferences(String name) {
        verify(name, 1, 4);
    }

    /** The library spreads colours over neighbouring pixels without smoothing them, which shows at sharp edges of so small a picture. */
    @Test
    void lossyWebpIsNearTheReference() {
        verify("lossy.webp", 3, 60);
    }

    private void verify(String name, double meanBound, int worstBound) {
        Pixels pixels = Resampler.resize(reader.read(resource(name), name), SIZE, SIZE);
        byte[] expected = resource(name + ".rgb");
        assertThat(pixels.rgb()).hasSameSizeAs(expected);
        long sum = 0;
        int worst = 0;
        for (int i = 0; i < expected.length; i++) {
            int difference = Math.abs((pixels.rgb()[i] & 0xff) - (expected[i] & 0xff));
            sum += difference;
            worst = Math.max(worst, difference);
        }
        assertThat((double) sum / expected.length).as("mean").isLessThan(meanBound);
        assertThat(worst).as("worst").isLessThanOrEqualTo(worstBound);
    }

    @Test
    void sizeIsRefusedBeforeAnythingIsDecoded() {
        byte[] png = resource("rgb.png");
        // Width and height of the header: 30,000 each, behind which the data of a small picture stand.
        for (int at : new int[] {16, 20}) {
            png[at + 2] = 0x75;
            png[at + 3] = 0x30;
        }
        assertThatThrownBy(() -> reader.read(png, "bomb.png"))
                .isInstanceOf(PictureException.class)
                .hasMessage(
                        "bomb.png has 30000 x 30000 = 900000000 pixels, but at most 1000000 are read: make it smaller,"
                                + " or allow more with --image-max-pixels");
    }

    /** Only the first frame is decoded, however many follow. */
    @Test
    void tenThousandFramesAreReadAsOne() {
        byte[] gif = resource("palette.gif");
        int header = 13 + ((gif[10] & 0x80) != 0 ? 3 << ((gif[10] & 7) + 1) : 0);
        int frame = gif.length - 1 - header;
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        many.write(gif, 0, header);
        for (int i = 0; i < 10_000; i++) {
            many.write(gif, header, frame);
        }
        many.write(';');
        assertThat(reader.read(many.toByteArray(), "many.gif").rgb())
                .isEqualTo(reader.read(gif, "one.gif").rgb());
    }

    @Test
    void otherFormatsAreNamed() {
        byte[] heic = "\0\0\0\u0018ftypheic\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
        byte[] avif = "\0\0\0\u0018ftypavif\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> reader.read(heic, "cat.jpg"))
                .hasMessage("cat.jpg is a HEIC picture, which cannot be read: save it as JPEG, PNG or WebP");
        assertThatThrownBy(() -> reader.read(avif, "cat.jpg"))
                .hasMessage("cat.jpg is a AVIF picture, which cannot be read: save it as JPEG, PNG or WebP");
        assertThatThrownBy(() -> reader.read(new byte[0], "cat"))
                .hasMessage("cat is not a picture that can be read: it is empty; PNG, JPEG, WebP, GIF and BMP can be");
        assertThatThrownBy(() -> reader.read("hello".getBytes(StandardCharsets.UTF_8), "a.txt"))
                .hasMessage("a.txt is not a picture that can be read: it begins with the bytes 68 65 6c 6c 6f;"
                        + " PNG, JPEG, WebP, GIF and BMP can be");
    }

    /** Whatever is wrong with a file, it is read or refused. {@code -Djgemma.long=true} makes 2,000 files of it, none of 2 s. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "alpha.png",
                "alpha.webp",
                "baseline.jpg",
                "bits1.png",
                "cmyk.jpg",
                "frames.gif",
                "gray16.png",
                "gray_alpha.png",
                "lossless.webp",
                "lossy.webp",
                "palette.bmp",
                "palette.gif",
                "palette.png",
                "progressive.jpg",
                "rgb.bmp",
                "turned2.png",
                "turned4.webp",
                "turned5.png",
                "turned6.jpg",
                "turned7.webp",
                "turned8.jpg"
            })
    void damagedFilesAreReadOrRefused(String name) {
        byte[] whole = resource(name);
        SplittableRandom random = new SplittableRandom(name.hashCode());
        for (int i = 0; i < MUTATIONS * 2; i++) {
            byte[] damaged = java.util.Arrays.copyOf(
                    whole, random.nextInt(3) == 0 ? random.nextInt(whole.length) : whole.length);
            int changes = damaged.length == 0 ? 0 : 1 + random.nextInt(8);
            for (int c = 0; c < changes; c++) {
                int at = random.nextBoolean()
                        ? random.nextInt(Math.min(damaged.length, 64))
                        : random.nextInt(damaged.length);
                damaged[at] = (byte) random.nextInt(256);
            }
            long start = System.nanoTime();
            try {
                Pixels pixels = reader.read(damaged, name);
                assertThat(pixels.rgb()).hasSize(3 * pixels.width() * pixels.height());
            } catch (PictureException e) {
                assertThat(e).hasMessageContaining(name);
            }
            if (LONG) {
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
            }
        }
    }
}
