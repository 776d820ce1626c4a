package io.jgemma.engine.model;

import io.jgemma.engine.gguf.GgufFile;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeSet;

/** Finds who can read a file. */
public final class Architectures {

    private static final String KEY = "general.architecture";

    private Architectures() {}

    /** All architectures on the module or class path. */
    public static List<Architecture> all() {
        return ServiceLoader.load(Architecture.class, Architectures.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /**
     * The architecture that a file names.
     *
     * @throws ModelException when nobody knows it
     */
    public static Architecture of(GgufFile file) {
        String name = file.metadata().string(KEY);
        return all().stream()
                .filter(architecture -> architecture.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ModelException(file.name() + ": general.architecture is "
                        + file.metadata().preview(KEY, 60) + ", which is not known; known are " + known()));
    }

    private static String known() {
        TreeSet<String> names = new TreeSet<>();
        all().forEach(architecture -> names.add(architecture.name()));
        return names.isEmpty() ? "none: the jar jgemma-models is missing" : String.join(", ", names);
    }
}
