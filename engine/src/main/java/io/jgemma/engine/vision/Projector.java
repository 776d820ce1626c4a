package io.jgemma.engine.vision;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.model.ModelException;
import io.jgemma.engine.model.Weights;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An open vision tower with its projector: pictures to rows for a language model. What it made of a picture is kept under the
 * digest of the picture's file, so that the next question about it encodes nothing.
 *
 * <p>Safe for use by several threads, which take turns. Closing it closes its file and what the tower runs on.
 */
public final class Projector implements AutoCloseable {

    /** How far the encoding of pictures is. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Pictures are encoded.
         *
         * @param done how many of them
         * @param total how many there are to encode for the prompt
         */
        void encoded(int done, int total);
    }

    private static final int FINGERPRINT_BYTES = 64 << 10;

    private final GgufFile file;
    private final Supplier<Backend> backends;
    private final VisionArchitecture architecture;
    private final VisionSpec spec;
    private final byte[] fingerprint;
    private final PictureReader reader;
    private final PictureCache cache;
    private @Nullable Tower tower;
    private boolean closed;

    /** What is loaded for the first picture. */
    private record Tower(Backend backend, Weights weights, VisionEncoder encoder) {
        static Tower load(GgufFile file, VisionArchitecture architecture, VisionSpec spec, Backend backend) {
            Weights weights = new Weights(file, backend, bytes -> {});
            boolean complete = false;
            try {
                VisionEncoder encoder = architecture.encoder(new VisionContext(spec, backend, weights));
                complete = true;
                return new Tower(backend, weights, encoder);
            } finally {
                if (!complete) {
                    backend.close();
                    weights.close();
                }
            }
        }

        void close() {
            encoder.close();
            backend.close();
            weights.close();
        }
    }

    private Projector(
            GgufFile file, ModelSpec model, Supplier<Backend> backends, PictureReader reader, long cacheBytes) {
        this.file = file;
        this.backends = backends;
        this.reader = reader;
        architecture = VisionArchitectures.of(file);
        spec = architecture.spec(file);
        requireFit(model);
        cache = new PictureCache(cacheBytes);
        fingerprint = fingerprint();
    }

    /**
     * Opens a projector; its weights are loaded for the first picture. If that fails, the file is closed.
     *
     * @param file its file
     * @param model the language model that is to read its rows
     * @param backends opens what the tower runs on
     * @param reader reads pictures
     * @param cacheBytes bytes of rows and pixels that are kept for later prompts
     * @throws ModelException when the file is no projector, or none for this model
     */
    public static Projector open(
            GgufFile file, ModelSpec model, Supplier<Backend> backends, PictureReader reader, long cacheBytes) {
        boolean complete = false;
        try {
            Projector projector = new Projector(file, model, backends, reader, cacheBytes);
            complete = true;
            return projector;
        } finally {
            if (!complete) {
                file.close();
            }
        }
    }

    private void requireFit(ModelSpec model) {
        if (spec.outputs() != model.hidden()) {
            throw new ModelException(
                    file.name() + " makes rows of " + spec.outputs() + " numbers, but the model's have "
                            + model.hidden() + ": take the projector that was published with the model");
        }
        int window = model.layers().stream()
                .mapToInt(LayerSpec::window)
                .filter(w -> w > 0)
                .min()
                .orElse(Integer.MAX_VALUE);
        if (spec.tokens() > window) {
            throw new ModelException(file.name() + " makes " + spec.tokens()
                    + " rows of a picture that see each other, but layers of the model see " + window
                    + " only: take the projector that was published with the model");
        }
    }

    /** Tells projectors apart: what the file says, and a part of its last matrix. */
    private byte[] fingerprint() {
        MessageDigest digest = sha256();
        digest.update(spec.toString().getBytes(StandardCharsets.UTF_8));
        digest.update(String.valueOf(file.byteSize()).getBytes(StandardCharsets.UTF_8));
        GgufTensor last = file.tensors().getLast();
        MemorySegment start = last.data().asSlice(0, Math.min(FINGERPRINT_BYTES, last.byteSize()));
        digest.update(start.toArray(ValueLayout.JAVA_BYTE));
        return digest.digest();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The tower's shape. */
    public VisionSpec spec() {
        return spec;
    }

    /** The file. */
    public GgufFile file() {
        return file;
    }

    /** What stands around a picture's rows. */
    public PictureLayout layout() {
        return architecture.layout();
    }

    /**
     * Reads a picture, unless it is known.
     *
     * @param data the file's bytes
     * @param name for messages
     * @return its identity: a digest of the file and of this projector
     * @throws PictureException when it cannot be read
     */
    public byte[] read(byte[] data, String name) {
        MessageDigest digest = sha256();
        digest.update(fingerprint);
        byte[] identity = digest.digest(data);
        cache.computeIfAbsent(HexFormat.of().formatHex(identity), () -> pixels(data, name));
        return identity;
    }

    private byte[] pixels(byte[] data, String name) {
        return Resampler.resize(reader.read(data, name), spec.imageSize(), spec.imageSize())
                .rgb();
    }

    /**
     * The rows of a picture of a prompt; those of its other pictures from there on are encoded in the same pass where the tower
     * takes several.
     *
     * @param pictures the prompt's pictures
     * @param index of the picture
     * @return F32 [tokens, outputs]
     */
    synchronized MemorySegment rows(List<Source> pictures, int index, Listener listener) {
        if (closed) {
            throw new IllegalStateException("the projector of " + file.name() + " is closed");
        }
        float[] known = cache.rows(pictures.get(index).key());
        if (known != null) {
            return MemorySegment.ofArray(known);
        }
        Tower running = tower();
        List<Source> missing = new ArrayList<>();
        for (Source picture : pictures.subList(index, pictures.size())) {
            if (missing.size() < running.encoder().mostPictures()
                    && !missing.contains(picture)
                    && cache.rows(picture.key()) == null) {
                missing.add(picture);
            }
        }
        listener.encoded(0, missing.size());
        List<float[]> planes = new ArrayList<>();
        for (Source picture : missing) {
            byte[] rgb = cache.computeIfAbsent(picture.key(), () -> pixels(picture.data(), picture.name()));
            planes.add(new Pixels(spec.imageSize(), spec.imageSize(), rgb).normalised(spec.mean(), spec.deviation()));
        }
        running.weights().requireUnchanged();
        MemorySegment encoded = running.backend().read(running.encoder().encode(planes));
        running.weights().requireReadable();
        long size = encoded.byteSize() / missing.size();
        float[] first = {};
        for (int i = 0; i < missing.size(); i++) {
            float[] rows = encoded.asSlice(i * size, size).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
            cache.put(missing.get(i).key(), rows);
            first = i == 0 ? rows : first;
        }
        listener.encoded(missing.size(), missing.size());
        return MemorySegment.ofArray(first);
    }

    private Tower tower() {
        Tower loaded = tower;
        if (loaded == null) {
            loaded = Tower.load(file, architecture, spec, backends.get());
            tower = loaded;
        }
        return loaded;
    }

    /**
     * A picture that was read.
     *
     * @param key its identity in hexadecimal digits
     * @param data the file's bytes
     * @param name for messages
     */
    record Source(String key, byte[] data, String name) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Source that && key.equals(that.key);
        }

        @Override
        public int hashCode() {
            return key.hashCode();
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (tower != null) {
                tower.close();
            }
            file.close();
        }
    }
}
