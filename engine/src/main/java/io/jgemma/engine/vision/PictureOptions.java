package io.jgemma.engine.vision;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How pictures are read.
 *
 * @param projector the GGUF file of the vision tower with its projector; null = {@code mmproj*.gguf} beside the model where one
 *     fits, and the embedded model's own
 * @param bareLayout whether no line ends stand around a picture, as llama.cpp has it, where the model's reference processor
 *     puts some
 * @param mostPixels the most pixels of a picture
 * @param listener told when pictures are encoded
 */
public record PictureOptions(
        @Nullable Path projector, boolean bareLayout, long mostPixels, Projector.Listener listener) {

    /** What holds unless something else is said. */
    public static final PictureOptions DEFAULT =
            new PictureOptions(null, false, PictureReader.DEFAULT_MOST_PIXELS, (done, total) -> {});

    /** The projector's file, if one was named. */
    public Optional<Path> file() {
        return Optional.ofNullable(projector);
    }

    public PictureOptions withProjector(Path file) {
        return new PictureOptions(file, bareLayout, mostPixels, listener);
    }

    public PictureOptions withBareLayout(boolean bare) {
        return new PictureOptions(projector, bare, mostPixels, listener);
    }

    public PictureOptions withMostPixels(long pixels) {
        return new PictureOptions(projector, bareLayout, pixels, listener);
    }

    public PictureOptions withListener(Projector.Listener encoding) {
        return new PictureOptions(projector, bareLayout, mostPixels, encoding);
    }
}
