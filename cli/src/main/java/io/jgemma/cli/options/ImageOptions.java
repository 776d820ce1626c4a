package io.jgemma.cli.options;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.UsageException;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.vision.PictureOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a model reads pictures. */
public final class ImageOptions {

    /** What stands around a picture in a prompt. */
    enum Layout {
        /** As the model's own processor has it. */
        REFERENCE("reference"),
        /** Without line ends. */
        LLAMA_CPP("llama.cpp");

        private final String word;

        Layout(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }

        static Layout of(String word) {
            for (Layout layout : values()) {
                if (layout.word.equals(word)) {
                    return layout;
                }
            }
            throw new UsageException("--image-layout '" + word + "' is not known; choose reference or llama.cpp");
        }
    }

    @Option(
            names = {"-mm", "--mmproj"},
            paramLabel = "FILE",
            description = "GGUF file of the vision tower with its projector. Default: mmproj*.gguf beside the model,"
                    + " if one fits.")
    private @Nullable Path projector;

    @Option(
            names = "--image-layout",
            paramLabel = "LAYOUT",
            defaultValue = "reference",
            description = "Text around a picture: reference, as the model was trained, or llama.cpp, without"
                    + " line ends. Default: ${DEFAULT-VALUE}.")
    private String layout = "reference";

    @Option(
            names = "--image-max-pixels",
            paramLabel = "N",
            defaultValue = "40000000",
            description = "The most pixels of a picture; larger ones are refused. Default: ${DEFAULT-VALUE}.")
    private long mostPixels;

    /** {@code options} with what was said; the person hears when encoding begins. */
    public EngineOptions applyTo(EngineOptions options, Console console) {
        PictureOptions pictures = PictureOptions.DEFAULT
                .withBareLayout(Layout.of(layout) == Layout.LLAMA_CPP)
                .withMostPixels(mostPixels)
                .withListener((done, total) -> {
                    if (done == 0 && console.errTerminal()) {
                        console.detail(total == 1 ? "looking at the picture" : "looking at " + total + " pictures");
                    }
                });
        return options.withPictures(projector == null ? pictures : pictures.withProjector(projector));
    }
}
