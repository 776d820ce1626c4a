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
     * @throws ModelException when nobody knows it, or the file holds something else than a model
     */
    public static Architecture of(GgufFile file) {
        requireModel(file);
        String name = file.metadata().string(KEY);
        return all().stream()
                .filter(architecture -> architecture.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ModelException(file.name() + ": general.architecture is "
                        + file.metadata().preview(KEY, 60) + ", which is not known; known are " + known()));
    }

    /** Refuses GGUF files that go with a model and are none. */
    private static void requireModel(GgufFile file) {
        String type = file.metadata().string("general.type", "model");
        String architecture = file.metadata().string(KEY, "");
        String what = switch (type) {
            case "adapter" ->
                "an adapter (" + file.metadata().string("adapter.type", "LoRA") + ") and not a model: "
                        + "merge it into its base model and open the result";
            case "mmproj" -> "a vision projector and not a model: open the model itself";
            case "imatrix" -> "an importance matrix and not a model: open the model itself";
            default -> "";
        };
        if (what.isEmpty()) {
            what = switch (architecture) {
                case "clip" -> "a vision projector and not a model: open the model itself";
                case "controlvector" -> "a control vector and not a model: open the model itself";
                case "imatrix" -> "an importance matrix and not a model: open the model itself";
                default -> "";
            };
        }
        if (!what.isEmpty()) {
            throw new ModelException(file.name() + " is " + what);
        }
    }

    private static String known() {
        TreeSet<String> names = new TreeSet<>();
        all().forEach(architecture -> names.add(architecture.name()));
        return names.isEmpty() ? "none: the jar jgemma-models is missing" : String.join(", ", names);
    }
}
