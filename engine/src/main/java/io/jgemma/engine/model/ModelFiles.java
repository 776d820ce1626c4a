package io.jgemma.engine.model;

import io.jgemma.engine.gguf.GgufFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Opens the file of a model, or the model that the class path brings. */
public final class ModelFiles {

    private ModelFiles() {}

    /**
     * Opens a file, or the embedded model where none is named.
     *
     * @throws ModelException when there is neither
     */
    public static GgufFile open(@Nullable Path model, @Nullable EmbeddedModel embedded, boolean mapped) {
        if (model != null) {
            return mapped ? GgufFile.open(model) : GgufFile.openCopy(model);
        }
        if (embedded == null) {
            throw new ModelException("no model was named, and the jar jgemma-models with the embedded one is missing");
        }
        try (InputStream in = embedded.open()) {
            return GgufFile.read(embedded.name(), in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The embedded model, or null where the class path has none. */
    public static @Nullable EmbeddedModel embedded() {
        return ServiceLoader.load(EmbeddedModel.class, ModelFiles.class.getClassLoader())
                .findFirst()
                .orElse(null);
    }
}
