package io.jgemma.engine.vision;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufMetadata;
import io.jgemma.engine.model.ModelException;
import io.jgemma.engine.model.SpecReader;
import java.util.Optional;
import java.util.stream.Stream;

/** The metadata of a projector's file, whose {@code general.architecture} is {@code clip}. */
public final class ClipReader {

    private static final String ARCHITECTURE = "clip";
    private static final int MOST_PIXELS_OF_A_SIDE = 8192;

    private final GgufFile file;
    private final SpecReader vision;

    /** A reader of a file. */
    public ClipReader(GgufFile file) {
        this.file = file;
        vision = new SpecReader(file, "clip.vision");
    }

    /** Whether a file is a projector's. */
    public static boolean isProjector(GgufFile file) {
        return file.metadata().string("general.architecture", "").equals(ARCHITECTURE);
    }

    /**
     * The type of the projector.
     *
     * @throws ModelException when the file is no projector for pictures
     */
    public static String projector(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        if (!isProjector(file)) {
            throw new ModelException(file.name() + " is a model of architecture '"
                    + metadata.string("general.architecture", "")
                    + "', no projector: a projector's file, called mmproj-*.gguf"
                    + " as a rule, has the architecture '" + ARCHITECTURE + "'");
        }
        Optional<String> type = Stream.of("clip.vision.projector_type", "clip.projector_type")
                .filter(metadata::has)
                .map(metadata::string)
                .findFirst();
        if (!metadata.bool("clip.has_vision_encoder", type.isPresent()) || type.isEmpty()) {
            throw new ModelException(file.name() + " has no vision tower: its clip.has_vision_encoder is "
                    + (metadata.has("clip.has_vision_encoder") ? "false" : "missing")
                    + (type.isEmpty() ? " and it names no clip.projector_type" : ""));
        }
        return type.get();
    }

    /** A count of at least 1 at {@code clip.vision.KEY}. */
    public int count(String key) {
        return vision.count(key);
    }

    /**
     * The shape of a tower of plain blocks whose patches are pooled.
     *
     * @param pool side of what is pooled, without a {@code projector.scale_factor}
     */
    public VisionSpec spec(int pool) {
        VisionSpec spec = new VisionSpec(
                vision.count("image_size"),
                vision.count("patch_size"),
                vision.count("embedding_length"),
                vision.count("feed_forward_length"),
                vision.blocks(),
                vision.count("attention.head_count"),
                (float) vision.real("attention.layer_norm_epsilon"),
                vision.count("projector.scale_factor", pool),
                vision.count("projection_dim"),
                colours("image_mean", false),
                colours("image_std", true));
        require(
                spec.imageSize() <= MOST_PIXELS_OF_A_SIDE,
                "image_size",
                spec.imageSize(),
                "at most " + MOST_PIXELS_OF_A_SIDE);
        require(
                spec.imageSize() % spec.patchSize() == 0,
                "patch_size",
                spec.patchSize(),
                "a divisor of image_size " + spec.imageSize());
        require(
                spec.hidden() % spec.heads() == 0,
                "attention.head_count",
                spec.heads(),
                "a divisor of embedding_length " + spec.hidden());
        require(
                spec.side() % spec.poolSize() == 0,
                "projector.scale_factor",
                spec.poolSize(),
                "a divisor of the " + spec.side() + " patches of a side");
        return spec;
    }

    private void require(boolean fits, String key, int value, String expected) {
        if (!fits) {
            throw new ModelException(file.name() + ": clip.vision." + key + " is " + value + ", expected " + expected
                    + ": the file is damaged");
        }
    }

    private float[] colours(String key, boolean divides) {
        String name = "clip.vision." + key;
        float[] values = file.metadata().floats(name);
        boolean fits = values.length == VisionSpec.CHANNELS;
        for (float value : values) {
            fits &= Float.isFinite(value) && !(divides && value == 0);
        }
        if (!fits) {
            throw new ModelException(
                    file.name() + ": " + name + " has " + values.length + " numbers, expected three that are finite"
                            + (divides ? " and not 0" : "") + ": the file is damaged");
        }
        return values;
    }
}
