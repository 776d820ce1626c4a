package io.jgemma.engine.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/** Gathers small writes into large ones, and sums up what went through. Closing it leaves the channel behind open. */
final class ChecksumWriter implements WritableByteChannel {

    private static final int GATHERED_BYTES = 1 << 18;

    private final WritableByteChannel out;
    private final CRC32C sum = new CRC32C();
    private final ByteBuffer gathered = ByteBuffer.allocateDirect(GATHERED_BYTES);
    private boolean open = true;

    ChecksumWriter(WritableByteChannel out) {
        this.out = out;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        sum.update(source.duplicate());
        int count = source.remaining();
        while (source.hasRemaining()) {
            if (!gathered.hasRemaining()) {
                flush();
            }
            int some = Math.min(source.remaining(), gathered.remaining());
            gathered.put(source.slice(source.position(), some));
            source.position(source.position() + some);
        }
        return count;
    }

    /** CRC32C of everything written. */
    int sum() {
        return (int) sum.getValue();
    }

    private void flush() throws IOException {
        gathered.flip();
        while (gathered.hasRemaining()) {
            out.write(gathered);
        }
        gathered.clear();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    /** Writes what was gathered. */
    @Override
    public void close() throws IOException {
        if (open) {
            open = false;
            flush();
        }
    }
}
