package io.jgemma.engine.gguf;

import java.util.Arrays;
import java.util.Random;

/** Damages files at random: bits, lengths, counts, missing and additional bytes. */
final class Mutator {
    private static final long[] EDGES = {
        0,
        1,
        -1,
        2,
        7,
        8,
        9,
        12,
        13,
        255,
        256,
        65_535,
        65_536,
        Integer.MAX_VALUE,
        1L << 31,
        1L << 32,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MAX_VALUE / 8,
        1L << 60,
        1L << 61
    };

    private final Random random;

    Mutator(long seed) {
        random = new Random(seed);
    }

    /** A copy of {@code good} with one to three kinds of damage; possibly one that is still good. */
    byte[] mutate(byte[] good) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(1, 4); i > 0 && bytes.length > 0; i--) {
            bytes = switch (random.nextInt(8)) {
                case 0, 1 -> flipBits(bytes);
                case 2 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
                case 3 -> insert(bytes);
                case 4 -> delete(bytes);
                case 5 -> editNumber(bytes, random.nextInt(bytes.length), 8);
                case 6 -> editNumber(bytes, random.nextInt(bytes.length), 4);
                default -> editCount(bytes);
            };
        }
        return bytes;
    }

    private byte[] flipBits(byte[] bytes) {
        for (int i = random.nextInt(1, 9); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private byte[] insert(byte[] bytes) {
        int at = random.nextInt(bytes.length + 1);
        byte[] added = new byte[random.nextInt(1, 33)];
        random.nextBytes(added);
        byte[] result = Arrays.copyOf(bytes, bytes.length + added.length);
        System.arraycopy(bytes, at, result, at + added.length, bytes.length - at);
        System.arraycopy(added, 0, result, at, added.length);
        return result;
    }

    private byte[] delete(byte[] bytes) {
        int at = random.nextInt(bytes.length);
        int count = Math.min(random.nextInt(1, 33), bytes.length - at);
        byte[] result = Arrays.copyOf(bytes, bytes.length - count);
        System.arraycopy(bytes, at + count, result, at, bytes.length - at - count);
        return result;
    }

    /** One of the two counts of the header, or what looks like a length: a small number in eight bytes. */
    private byte[] editCount(byte[] bytes) {
        int at = 8 + 8 * random.nextInt(2);
        if (random.nextInt(4) > 0) {
            at = random.nextInt(bytes.length);
            while (at + 8 < bytes.length && !looksLikeLength(bytes, at)) {
                at++;
            }
        }
        return editNumber(bytes, Math.min(at, bytes.length - 1), 8);
    }

    private static boolean looksLikeLength(byte[] bytes, int at) {
        for (int i = 2; i < 8; i++) {
            if (bytes[at + i] != 0) {
                return false;
            }
        }
        return bytes[at] != 0;
    }

    private byte[] editNumber(byte[] bytes, int at, int width) {
        long value = switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> random.nextInt(2 * bytes.length + 1);
            default -> EDGES[random.nextInt(EDGES.length)];
        };
        for (int i = 0; i < width && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (value >> (8 * i));
        }
        return bytes;
    }
}
