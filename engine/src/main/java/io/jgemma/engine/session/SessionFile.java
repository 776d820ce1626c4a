package io.jgemma.engine.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The file of a saved session. All numbers are little endian; checksums are CRC32C of everything before them.
 *
 * <table>
 * <caption>Version 1</caption>
 * <tr><th>bytes</th><th>content</th></tr>
 * <tr><td>8</td><td>{@code JGEMMAKV}</td></tr>
 * <tr><td>4</td><td>version of the format</td></tr>
 * <tr><td>4</td><td>n: bytes of the header, from the fingerprint to the last group</td></tr>
 * <tr><td>32</td><td>fingerprint of the model: see {@link ModelFingerprint}</td></tr>
 * <tr><td>2 + a</td><td>a and the model's name in UTF-8</td></tr>
 * <tr><td>2 + b</td><td>b and the type of K, e.g. {@code Q4_0}</td></tr>
 * <tr><td>2 + c</td><td>c and the type of V</td></tr>
 * <tr><td>4</td><td>t: tokens</td></tr>
 * <tr><td>4</td><td>g: groups of layers</td></tr>
 * <tr><td>28 g</td><td>of each group: layers, K/V heads, elements of a K head, of a V head, window (0 = none), first token
 *     of the tail, first page held</td></tr>
 * <tr><td>4</td><td>checksum</td></tr>
 * <tr><td>4 t</td><td>the tokens</td></tr>
 * <tr><td>from header</td><td>K and V: see {@link io.jgemma.engine.kv.KvExtent}</td></tr>
 * <tr><td>4</td><td>checksum</td></tr>
 * </table>
 *
 * <p>So the header says how long the file must be, and it is checked before memory is taken. Whatever changes the layout of
 * pages or the meaning of their bytes is another version.
 */
public final class SessionFile {

    /** Version of the format that is written and read. */
    static final int VERSION = 1;

    /** Bytes before the header. */
    static final int PREAMBLE_BYTES = 16;

    private static final byte[] MAGIC = {'J', 'G', 'E', 'M', 'M', 'A', 'K', 'V'};

    private SessionFile() {}

    /** Whether a file begins like the file of a saved session, of any version. */
    public static boolean recognizes(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.size() >= MAGIC.length && isMagic(new ChecksumReader(channel).next(MAGIC.length));
        } catch (IOException e) {
            return false;
        }
    }

    /** The first 8 bytes of a file. */
    static byte[] magic() {
        return MAGIC.clone();
    }

    /** Takes 8 bytes and says whether a session's file begins with them. */
    static boolean isMagic(ByteBuffer in) {
        byte[] first = new byte[MAGIC.length];
        in.get(first);
        return Arrays.equals(first, MAGIC);
    }
}
