package io.jgemma.engine.session;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufMetadata;
import io.jgemma.engine.gguf.GgufTensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.List;

/**
 * Tells models apart: SHA-256 over the architecture, its metadata (frequencies, windows and so on), and of every tensor
 * name, type, shape and the first {@link #SAMPLE_BYTES} bytes. So fine-tunes of one shape differ, and a file of any size
 * is judged by a few megabytes of it. How the tensors are ordered or split over files does not matter.
 */
final class ModelFingerprint {

    /** Bytes of a SHA-256. */
    static final int BYTES = 32;

    private static final int SAMPLE_BYTES = 4096;
    private static final int VALUE_CHARACTERS = 4096;

    private final MessageDigest digest;

    private ModelFingerprint(MessageDigest digest) {
        this.digest = digest;
    }

    /** The fingerprint of the model in a file. */
    static byte[] of(GgufFile file, String architecture) {
        try {
            return new ModelFingerprint(MessageDigest.getInstance("SHA-256")).digest(file, architecture);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private byte[] digest(GgufFile file, String architecture) {
        add(architecture);
        GgufMetadata metadata = file.metadata();
        List<String> keys = metadata.keys().stream()
                .filter(key -> key.startsWith(architecture + "."))
                .sorted()
                .toList();
        for (String key : keys) {
            add(key);
            add(metadata.preview(key, VALUE_CHARACTERS));
        }
        file.tensors().stream().sorted(Comparator.comparing(GgufTensor::name)).forEach(this::add);
        return digest.digest();
    }

    private void add(GgufTensor tensor) {
        add(tensor.name());
        add(tensor.type().name());
        add(tensor.shape().toString());
        digest.update(tensor.data()
                .asSlice(0, Math.min(SAMPLE_BYTES, tensor.byteSize()))
                .asByteBuffer());
    }

    /** With its length in front, so that no two lists of texts look alike. */
    private void add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }
}
