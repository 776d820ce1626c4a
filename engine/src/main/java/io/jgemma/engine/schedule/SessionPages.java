package io.jgemma.engine.schedule;

import io.jgemma.engine.kv.KvExtent;
import io.jgemma.engine.kv.KvPool;
import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.session.SessionStore;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** Reads and writes the pages of sessions in files. The work takes its turn with the steps of others. */
public final class SessionPages implements SessionStore.Pages {

    private final Scheduler scheduler;
    private final KvPool pool;

    public SessionPages(Scheduler scheduler, KvPool pool) {
        this.scheduler = scheduler;
        this.pool = pool;
    }

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

    /** Writes what a session holds. */
    public void write(Holding session, WritableByteChannel out) throws IOException {
        scheduler.lock().lock();
        try {
            session.sequence().writeTo(out);
        } finally {
            scheduler.lock().unlock();
        }
    }
}
