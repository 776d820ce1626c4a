package io.jgemma.engine.vision;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.ModelException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The families of vision towers on the class or module path. */
public final class VisionArchitectures {

    private VisionArchitectures() {}

    /** All of them. */
    public static List<VisionArchitecture> all() {
        return ServiceLoader.load(VisionArchitecture.class, VisionArchitectures.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /**
     * The family of a projector's file.
     *
     * @throws ModelException when the file is no projector, or none of these knows it
     */
    public static VisionArchitecture of(GgufFile file) {
        String projector = ClipReader.projector(file);
        List<VisionArchitecture> all = all();
        return all.stream()
                .filter(each -> each.projector().equals(projector))
                .findFirst()
                .orElseThrow(() -> new ModelException(file.name() + ": its projector '" + projector
                        + "' is not supported; supported are "
                        + all.stream()
                                .map(VisionArchitecture::projector)
                                .sorted()
                                .collect(Collectors.joining(", "))));
    }
}
