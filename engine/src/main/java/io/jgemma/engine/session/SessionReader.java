package io.jgemma.engine.session;

import io.jgemma.engine.kv.KvExtent;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.session.SessionFileException.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Reads a session's file, which anybody may have made. What the file says is checked against the model, the context and the
 * file's own length before memory is taken for it.
 */
final class SessionReader {

    private static final int MAX_HEADER_BYTES = 1 << 20;

    /** What a session must be to go on in an engine. */
    record Expected(String fingerprint, String model, KvPlan plan, int contextTokens, int vocabulary) {}

    private final Path file;
    private final Expected expected;
    private final ChecksumReader in;
    private final long size;

    private SessionReader(Path file, Expected expected, FileChannel channel) throws IOException {
        this.file = file;
        this.expected = expected;
        in = new ChecksumReader(channel);
        size = channel.size();
    }

    /**
     * Reads a session.
     *
     * @throws SessionFileException when there is none in the file, or none that can go on here; nothing is held then
     */
    static SessionStore.Content read(Path file, Expected expected, SessionStore.Pages pages) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new SessionFileException(file, Reason.NOT_A_SESSION, "is no file");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            SessionReader reader = new SessionReader(file, expected, channel);
            try {
                return reader.read(pages);
            } catch (EOFException e) {
                throw reader.damaged("ends at byte " + reader.in.position() + " in the middle of the session", e);
            }
        } catch (NoSuchFileException e) {
            throw new SessionFileException(file, Reason.ACCESS, "there is no such file", e);
        } catch (IOException e) {
            throw new SessionFileException(file, Reason.ACCESS, "cannot be read: " + e.getMessage(), e);
        }
    }

    private SessionStore.Content read(SessionStore.Pages pages) throws IOException {
        SessionHeader header = header();
        requireSame(header);
        requireWhole(header);
        int[] tokens = tokens(header.extent().length());
        KvSequence sequence = pages.read(header.extent(), in);
        boolean whole = false;
        try {
            requireSum("the file");
            whole = true;
            return new SessionStore.Content(tokens, sequence, size);
        } finally {
            if (!whole) {
                pages.close(sequence);
            }
        }
    }

    private SessionHeader header() throws IOException {
        if (size < SessionFile.magic().length || !SessionFile.isMagic(in.next(SessionFile.magic().length))) {
            throw new SessionFileException(file, Reason.NOT_A_SESSION, "holds no session that jgemma saved");
        }
        int version = in.next(Integer.BYTES).getInt();
        if (version != SessionFile.VERSION) {
            throw new SessionFileException(
                    file,
                    Reason.VERSION,
                    "has version " + version + " of the format; this jgemma reads version " + SessionFile.VERSION);
        }
        int bytes = in.next(Integer.BYTES).getInt();
        if (bytes < 0 || bytes > Math.min(MAX_HEADER_BYTES, size)) {
            throw damaged("has a header of " + Integer.toUnsignedString(bytes) + " bytes, in a file of " + size);
        }
        ByteBuffer encoded = in.next(bytes);
        requireSum("the header");
        try {
            return SessionHeader.decode(encoded);
        } catch (BufferUnderflowException e) {
            throw damaged("has a header that ends early, at byte " + in.position(), e);
        } catch (IllegalArgumentException e) {
            throw damaged("has an impossible header: " + e.getMessage(), e);
        }
    }

    private void requireSame(SessionHeader header) {
        SessionHeader ours =
                SessionHeader.of(expected.fingerprint(), expected.model(), expected.plan(), new KvExtent(0, List.of()));
        if (!header.fingerprint().equals(ours.fingerprint())) {
            throw new SessionFileException(
                    file,
                    Reason.MODEL,
                    "was saved with the model '" + header.model() + "', but this is '" + ours.model() + "'"
                            + (header.model().equals(ours.model()) ? " with other weights" : ""));
        }
        requireType("K", header.keyType(), ours.keyType(), Reason.KEY_TYPE);
        requireType("V", header.valueType(), ours.valueType(), Reason.VALUE_TYPE);
        if (!header.shapes().equals(ours.shapes())) {
            throw new SessionFileException(
                    file, Reason.LAYOUT, "has layers " + header.shapes() + ", but this model has " + ours.shapes());
        }
        if (header.extent().length() > expected.contextTokens()) {
            throw new SessionFileException(
                    file,
                    Reason.CONTEXT,
                    "has " + header.extent().length() + " tokens, but the context holds " + expected.contextTokens()
                            + ": open the model with a larger context");
        }
    }

    private void requireType(String what, String theirs, String ours, Reason reason) {
        if (!theirs.equals(ours)) {
            throw new SessionFileException(
                    file, reason, "was saved with " + what + " cached as " + theirs + ", but here it is " + ours);
        }
    }

    /** The extent is possible, and the file exactly as long as it takes. */
    private void requireWhole(SessionHeader header) {
        KvExtent extent = header.extent();
        try {
            extent.requireFits(expected.plan());
        } catch (IllegalArgumentException e) {
            throw damaged("is damaged: it tells of " + e.getMessage(), e);
        }
        long whole =
                in.position() + (long) extent.length() * Integer.BYTES + extent.bytes(expected.plan()) + Integer.BYTES;
        if (size != whole) {
            throw damaged("ends at byte " + size + ", but the session in it takes " + whole + " bytes"
                    + (size < whole ? ": the file is cut" : ""));
        }
    }

    private int[] tokens(int count) throws IOException {
        int[] tokens = new int[count];
        in.next(Math.multiplyExact(count, Integer.BYTES)).asIntBuffer().get(tokens);
        for (int i = 0; i < count; i++) {
            boolean ofBlock = InputRows.begins(tokens[i])
                    || (InputRows.embedded(tokens[i]) && i > 0 && InputRows.embedded(tokens[i - 1]));
            if (!ofBlock && (tokens[i] < 0 || tokens[i] >= expected.vocabulary())) {
                throw damaged("is damaged: token " + i + " is " + tokens[i] + ", but the model knows 0 to "
                        + (expected.vocabulary() - 1) + " only");
            }
        }
        return tokens;
    }

    private void requireSum(String what) throws IOException {
        int actual = in.sum();
        long at = in.position();
        int stored = in.next(Integer.BYTES).getInt();
        if (stored != actual) {
            throw damaged(String.format(
                    "is damaged: the checksum of %s at byte %d is %08x, but its bytes give %08x",
                    what, at, stored, actual));
        }
    }

    private SessionFileException damaged(String problem) {
        return new SessionFileException(file, Reason.DAMAGED, problem);
    }

    private SessionFileException damaged(String problem, Exception cause) {
        return new SessionFileException(file, Reason.DAMAGED, problem, cause);
    }
}
