package io.jgemma.engine.grammar.regex;

import java.util.Arrays;

/**
 * Bytes that no set used so far tells apart. The classes become finer when sets are added. Not for use by several threads.
 */
public final class ByteClasses {
    private byte[] classes = new byte[256];
    private int count = 1;

    /** How many classes there are, at most 256. */
    public int count() {
        return count;
    }

    /** The class of each byte, as an unsigned number. */
    public byte[] table() {
        return classes.clone();
    }

    /** The class of a byte. */
    int of(int value) {
        return classes[value] & 0xFF;
    }

    /** One byte of each class. */
    public int[] representatives() {
        int[] bytes = new int[count];
        for (int value = 255; value >= 0; value--) {
            bytes[of(value)] = value;
        }
        return bytes;
    }

    /** Tells the bytes in the set from the others. Returns whether there are more classes now. */
    boolean split(ByteSet set) {
        int[] inside = new int[count];
        int[] outside = new int[count];
        for (int value = 0; value < 256; value++) {
            (set.contains(value) ? inside : outside)[of(value)]++;
        }
        int[] moved = new int[count];
        int next = count;
        for (int i = 0; i < count; i++) {
            moved[i] = inside[i] > 0 && outside[i] > 0 ? next++ : i;
        }
        if (next == count) {
            return false;
        }
        byte[] finer = Arrays.copyOf(classes, 256);
        for (int value = 0; value < 256; value++) {
            if (set.contains(value)) {
                finer[value] = (byte) moved[of(value)];
            }
        }
        classes = finer;
        count = next;
        return true;
    }
}
