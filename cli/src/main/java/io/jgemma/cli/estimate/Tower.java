package io.jgemma.cli.estimate;

import io.jgemma.engine.Engine;
import io.jgemma.engine.MemoryEstimate;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.plan.MemoryPlan;
import io.jgemma.engine.vision.VisionArchitectures;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the vision tower of a model takes, if there is one.
 *
 * @param plan its memory
 */
record Tower(Optional<MemoryPlan> plan) implements AutoCloseable {

    /** No tower. */
    static final Tower NONE = new Tower(Optional.empty());

    /** The tower of an open file. */
    static Tower counted(GgufFile file) {
        return new Tower(Optional.of(MemoryEstimate.tower(file)));
    }

    /** The tower of a file. */
    static Tower of(Path path) {
        try (GgufFile file = GgufFile.open(path)) {
            return counted(file);
        }
    }

    /** The tower of the first file {@code mmproj*.gguf} beside a model whose rows are as wide as the model's. */
    static Tower beside(Path model, GgufFile file) throws IOException {
        int hidden = Engine.specOf(file).hidden();
        Path folder = model.toAbsolutePath().getParent();
        for (Path candidate : folder == null ? List.<Path>of() : candidates(folder)) {
            try (GgufFile projector = GgufFile.open(candidate)) {
                if (VisionArchitectures.of(projector).spec(projector).outputs() == hidden) {
                    return counted(projector);
                }
            } catch (RuntimeException _) {
                // What is no projector that can be read is none of this model's.
            }
        }
        return NONE;
    }

    private static List<Path> candidates(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "mmproj*.gguf")) {
            files.forEach(found::add);
        }
        found.sort(null);
        return found;
    }

    @Override
    public void close() {
        // Nothing is open: a tower is counted at once.
    }
}
