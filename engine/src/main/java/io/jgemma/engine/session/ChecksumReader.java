package io.jgemma.engine.session;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.zip.CRC32C;

/** Cuts large reads into small ones, and sums up what went through. Closing it leaves the channel behind open. */
final class ChecksumReader implements ReadableByteChannel {

    private static final int BUFFERED_BYTES = 1 << 18;

    private final ReadableByteChannel in;
    private final CRC32C sum = new CRC32C();
    private final ByteBuffer buffered =
            ByteBuffer.allocateDirect(BUFFERED_BYTES).limit(0);
    private long position;
    private boolean open = true;

    ChecksumReader(ReadableByteChannel in) {
        this.in = in;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!buffered.hasRemaining()) {
            buffered.clear();
            int count = in.read(buffered);
            buffered.flip();
            if (count < 0) {
                return -1;
            }
        }
        int some = Math.min(target.remaining(), buffered.remaining());
        ByteBuffer piece = buffered.slice(buffered.position(), some);
        sum.update(piece.duplicate());
        target.put(piece);
        buffered.position(buffered.position() + some);
        position += some;
        return some;
    }

    /**
     * The next bytes, little endian.
     *
     * @throws EOFException when there are fewer
     */
    ByteBuffer next(int bytes) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (target.hasRemaining()) {
            if (read(target) < 0) {
                throw new EOFException("the file ends early");
            }
        }
        return target.flip();
    }

    /** CRC32C of everything read. */
    int sum() {
        return (int) sum.getValue();
    }

    /** Bytes read. */
    long position() {
        return position;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
    }
}
