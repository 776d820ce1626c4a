package io.jgemma.engine;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.kv.KvExtent;
import io.jgemma.engine.kv.KvSequence;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Saves and loads the sessions of one engine. The work on pages takes its turn with the steps of other sessions. */
final class SessionStore {

    private final Engine engine;
    private final GgufFile file;
    private final Evaluator evaluator;
    private final SessionReader.Body pages;
    private @Nullable String fingerprint;

    SessionStore(Engine engine, GgufFile file, Evaluator evaluator) {
        this.engine = engine;
        this.file = file;
        this.evaluator = evaluator;
        pages = new SessionReader.Body() {
            @Override
            public KvSequence read(KvExtent extent, ReadableByteChannel in) throws IOException {
                return evaluator.read(extent, in);
            }

            @Override
            public void close(KvSequence sequence) {
                evaluator.close(sequence);
            }
        };
    }

    /** Saves; see {@link Session#save}. */
    long save(Path path, int[] tokens, KvSequence sequence) {
        SessionHeader header = SessionHeader.of(fingerprint(), engine.modelName(), evaluator.plan(), sequence.extent());
        return SessionWriter.write(path, header, tokens, out -> evaluator.write(sequence, out));
    }

    /** Loads; see {@link Session#load}. The caller closes the sequence. */
    SessionReader.Content load(Path path) {
        SessionReader.Expected expected = new SessionReader.Expected(
                fingerprint(),
                engine.modelName(),
                evaluator.plan(),
                engine.contextTokens(),
                engine.spec().vocabulary());
        return SessionReader.read(path, expected, pages);
    }

    private synchronized String fingerprint() {
        String known = fingerprint;
        if (known == null) {
            known = HexFormat.of()
                    .formatHex(ModelFingerprint.of(file, engine.spec().architecture()));
            fingerprint = known;
        }
        return known;
    }
}
