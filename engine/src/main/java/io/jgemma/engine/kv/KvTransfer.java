package io.jgemma.engine.kv;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.PageTable;
import io.jgemma.engine.tensor.Buffer;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/** Moves K and V between the backends' pages and channels, a side of one head at a time. */
final class KvTransfer implements AutoCloseable {

    private final KvPool pool;
    private final KvPlan plan;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment scratch;

    KvTransfer(KvPool pool) {
        this.pool = pool;
        this.plan = pool.plan();
        scratch = arena.allocate(
                plan.groups().stream().mapToLong(KvTransfer::largestSide).max().orElse(0));
    }

    /** Bytes of the larger side of a page. A side of a recent tile is smaller. */
    private static long largestSide(KvLayout layout) {
        return Math.max(layout.keys().pageBytes(), layout.values().pageBytes());
    }

    private interface Mover {
        void move(Backend backend, Buffer buffer, long offset, MemorySegment host) throws IOException;
    }

    void write(KvExtent extent, List<PageTable> tables, WritableByteChannel out) throws IOException {
        move(extent, tables, (backend, buffer, offset, host) -> {
            backend.read(buffer, offset, host);
            ByteBuffer bytes = host.asByteBuffer();
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        });
    }

    void read(KvExtent extent, List<PageTable> tables, ReadableByteChannel in) throws IOException {
        move(extent, tables, (backend, buffer, offset, host) -> {
            ByteBuffer bytes = host.asByteBuffer();
            while (bytes.hasRemaining()) {
                if (in.read(bytes) < 0) {
                    throw new EOFException("the K and V end early");
                }
            }
            backend.write(buffer, offset, host);
        });
    }

    private void move(KvExtent extent, List<PageTable> tables, Mover mover) throws IOException {
        int length = extent.length();
        for (int g = 0; g < tables.size(); g++) {
            KvLayout layout = plan.groups().get(g);
            KvExtent.Group group = extent.groups().get(g);
            Backend backend = pool.backend(g);
            for (int page = group.firstPage(); page < group.pageEnd(layout, length); page++) {
                move(extent.page(g, layout, page), backend, tables.get(g).page(page), mover);
            }
            for (int tile : group.tiles(layout, length)) {
                move(extent.recentTile(layout, tile), backend, tables.get(g).recentTile(tile), mover);
            }
        }
    }

    private void move(WrittenPart part, Backend backend, Buffer buffer, Mover mover) throws IOException {
        part.forEach((offset, bytes) -> mover.move(backend, buffer, offset, scratch.asSlice(0, bytes)));
    }

    @Override
    public void close() {
        arena.close();
    }
}
