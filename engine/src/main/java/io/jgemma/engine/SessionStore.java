package io.jgemma.engine;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.kv.KvExtent;
import io.jgemma.engine.kv.KvPool;
import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.schedule.Holding;
import io.jgemma.engine.schedule.Scheduler;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Saves and loads the sessions of one engine. The work on pages takes its turn with the steps of other sessions. */
final class SessionStore {

    private final Engine engine;
    private final GgufFile file;
    private final Scheduler scheduler;
    private final KvPool pool;
    private final SessionReader.Body pages;
    private @Nullable String fingerprint;

    SessionStore(Engine engine, GgufFile file, Scheduler scheduler, KvPool pool) {
        this.engine = engine;
        this.file = file;
        this.scheduler = scheduler;
        this.pool = pool;
        pages = new SessionReader.Body() {
            @Override
            public KvSequence read(KvExtent extent, ReadableByteChannel in) throws IOException {
                scheduler.lock().lock();
                try {
                    scheduler.makeFree(pool.plan().peakBytes(extent.length()));
                    return pool.read(extent, in);
                } finally {
                    scheduler.lock().unlock();
                }
            }

            @Override
            public void close(KvSequence sequence) {
                scheduler.exclusively(() -> {
                    sequence.close();
                    return null;
                });
            }
        };
    }

    /** Saves; see {@link Session#save}. */
    long save(Path path, Holding session) {
        SessionHeader header = scheduler.exclusively(() -> SessionHeader.of(
                fingerprint(),
                engine.modelName(),
                pool.plan(),
                session.sequence().extent()));
        return SessionWriter.write(path, header, session.ids().toArray(), out -> {
            scheduler.lock().lock();
            try {
                session.sequence().writeTo(out);
            } finally {
                scheduler.lock().unlock();
            }
        });
    }

    /** Loads; see {@link Session#load}. The caller closes the sequence. */
    SessionReader.Content load(Path path) {
        SessionReader.Expected expected = new SessionReader.Expected(
                fingerprint(),
                engine.modelName(),
                pool.plan(),
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
