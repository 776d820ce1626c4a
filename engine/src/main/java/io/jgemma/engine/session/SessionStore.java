package io.jgemma.engine.session;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.kv.KvExtent;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.kv.KvSequence;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Saves and loads the sessions of one model. */
public final class SessionStore {

    private final GgufFile file;
    private final Model model;
    private final KvPlan plan;
    private final Pages pages;
    private @Nullable String fingerprint;

    /**
     * What a session belongs to.
     *
     * @param name for people
     * @param architecture {@code general.architecture}
     * @param contextTokens tokens that a session holds at most
     * @param vocabulary ids that the model knows
     */
    public record Model(String name, String architecture, int contextTokens, int vocabulary) {}

    /** What a file holds. The receiver closes the sequence. */
    public record Content(int[] tokens, KvSequence sequence, long bytes) {}

    /** Reads and gives back K and V. */
    public interface Pages {
        KvSequence read(KvExtent extent, ReadableByteChannel in) throws IOException;

        void close(KvSequence sequence);
    }

    /** Writes K and V. */
    @FunctionalInterface
    public interface Body {
        void writeTo(WritableByteChannel out) throws IOException;
    }

    public SessionStore(GgufFile file, Model model, KvPlan plan, Pages pages) {
        this.file = file;
        this.model = model;
        this.plan = plan;
        this.pages = pages;
    }

    /**
     * Saves a session.
     *
     * @param tokens what it holds
     * @param extent what its K and V are
     * @param body writes them
     * @return bytes of the file
     * @throws SessionFileException when it cannot be written
     */
    public long save(Path path, int[] tokens, KvExtent extent, Body body) {
        SessionHeader header = SessionHeader.of(fingerprint(), model.name(), plan, extent);
        return SessionWriter.write(path, header, tokens, body);
    }

    /**
     * Loads a session. The caller closes the sequence.
     *
     * @throws SessionFileException when the file is refused, and why
     */
    public Content load(Path path) {
        SessionReader.Expected expected = new SessionReader.Expected(
                fingerprint(), model.name(), plan, model.contextTokens(), model.vocabulary());
        return SessionReader.read(path, expected, pages);
    }

    private synchronized String fingerprint() {
        String known = fingerprint;
        if (known == null) {
            known = HexFormat.of().formatHex(ModelFingerprint.of(file, model.architecture()));
            fingerprint = known;
        }
        return known;
    }
}
