package io.jgemma.engine.prompt;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ContentPart;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.EmbeddedModel;
import io.jgemma.engine.model.ModelException;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.text.PromptText;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.engine.vision.PictureException;
import io.jgemma.engine.vision.PictureLayout;
import io.jgemma.engine.vision.PictureOptions;
import io.jgemma.engine.vision.PicturePrompt;
import io.jgemma.engine.vision.PictureReader;
import io.jgemma.engine.vision.Projector;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The projector of an engine. A file is opened with the engine, so that one that does not fit is refused at once; the embedded
 * one with the first picture, because most conversations have none.
 */
public final class Pictures implements AutoCloseable {

    /** Bytes of rows and pixels of pictures that are kept for later prompts. */
    private static final long CACHE_BYTES = 64L << 20;

    private final PictureOptions options;
    private final @Nullable EmbeddedModel embedded;
    private final ModelSpec spec;
    private final Supplier<Backend> backends;
    private final List<String> misfits = new ArrayList<>();
    private @Nullable Projector projector;
    private boolean closed;

    private Pictures(
            PictureOptions options, @Nullable EmbeddedModel embedded, ModelSpec spec, Supplier<Backend> backends) {
        this.options = options;
        this.embedded = embedded;
        this.spec = spec;
        this.backends = backends;
    }

    /**
     * The projector that the options name, or that is found.
     *
     * @param model the model's file, beside which a projector may lie
     * @throws ModelException when the one that was named does not fit
     */
    public static Pictures open(
            PictureOptions options,
            @Nullable Path model,
            @Nullable EmbeddedModel embedded,
            ModelSpec spec,
            Supplier<Backend> backends) {
        Pictures pictures = new Pictures(options, embedded, spec, backends);
        options.file().ifPresent(file -> pictures.projector = pictures.projector(GgufFile.open(file)));
        if (model != null && options.file().isEmpty()) {
            pictures.findBeside(model);
        }
        return pictures;
    }

    private Projector projector(GgufFile file) {
        return Projector.open(file, spec, backends, new PictureReader(options.mostPixels()), CACHE_BYTES);
    }

    private void findBeside(Path model) {
        Path folder = model.toAbsolutePath().getParent();
        for (Path file : candidates(folder)) {
            try {
                projector = projector(GgufFile.open(file));
                return;
            } catch (RuntimeException e) {
                misfits.add(String.valueOf(e.getMessage()));
            }
        }
    }

    private static List<Path> candidates(@Nullable Path folder) {
        List<Path> found = new ArrayList<>();
        if (folder != null) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "mmproj*.gguf")) {
                files.forEach(found::add);
            } catch (IOException | java.nio.file.DirectoryIteratorException e) {
                // A folder that cannot be listed is as good as one without a projector.
                return List.of();
            }
        }
        found.sort(null);
        return found;
    }

    /** The file that is used, if it is one. */
    public Optional<Path> file() {
        return Optional.ofNullable(projector)
                .flatMap(p -> p.file().paths().stream().findFirst());
    }

    /** Whether there is a projector. */
    public synchronized boolean available() {
        if (projector != null || embedded == null) {
            return projector != null;
        }
        Optional<InputStream> in = embedded.openProjector();
        try (InputStream stream = in.orElse(null)) {
            return stream != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The projector.
     *
     * @throws PictureException when there is none
     */
    synchronized Projector require() {
        if (closed) {
            throw new IllegalStateException("the engine is closed");
        }
        Projector open = projector;
        if (open == null) {
            open = embeddedProjector().orElseThrow(this::missing);
            projector = open;
        }
        return open;
    }

    private PictureException missing() {
        String reasons = misfits.isEmpty() ? "" : " (" + String.join("; ", misfits) + ")";
        return new PictureException(
                "the model has no projector for pictures: name its file, mmproj-*.gguf as a rule, with --mmproj"
                        + reasons);
    }

    private Optional<Projector> embeddedProjector() {
        EmbeddedModel model = embedded;
        if (model == null) {
            return Optional.empty();
        }
        return model.openProjector().map(in -> {
            try (InputStream stream = in) {
                return projector(GgufFile.read("projector of " + model.name(), stream));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Whether a conversation has pictures. */
    static boolean areIn(Prompt.Chat chat) {
        return chat.messages().stream().anyMatch(ChatMessage::hasImages);
    }

    /**
     * The rows of a conversation with pictures.
     *
     * @param render what the chat template makes of it
     * @throws PictureException when a picture cannot be read, or there is no projector
     */
    InputRows read(Prompt.Chat chat, Function<Prompt.Chat, PromptText> render, Tokenizer tokenizer) {
        Projector open = require();
        PictureLayout layout = options.bareLayout() ? open.layout().bare() : open.layout();
        PicturePrompt prompt = new PicturePrompt(open, layout, options.listener());
        List<ContentPart.Image> images = chat.messages().stream()
                .flatMap(message -> message.content().stream())
                .flatMap(part -> part instanceof ContentPart.Image image ? Stream.of(image) : Stream.empty())
                .toList();
        return prompt.read(render.apply(chat), images, tokenizer);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (projector != null) {
            projector.close();
        }
    }
}
