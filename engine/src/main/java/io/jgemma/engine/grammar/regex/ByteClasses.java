package io.jgemma.engine.grammar.regex;

import java.util.Arrays;

/**
 * Bytes that no set used so far tells apart. The classes become finer when sets are added. Not for use by several threads.
 */
public final class ByteClasses {
    private final byte[] classes = new byte[256];
    private ByteSet[] members = new ByteSet[16];
    private int count = 1;

    ByteClasses() {
        members[0] = ByteSet.ALL;
    }

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
        int before = count;
        for (int i = 0; i < before; i++) {
            ByteSet all = members[i];
            if (all.intersects(set) && !set.containsAll(all)) {
                members[i] = all.minus(set);
                add(all.and(set));
            }
        }
        return count > before;
    }

    private void add(ByteSet made) {
        if (count == members.length) {
            members = Arrays.copyOf(members, 2 * count);
        }
        for (int value = 0; value < 256; value++) {
            if (made.contains(value)) {
                classes[value] = (byte) count;
            }
        }
        members[count++] = made;
    }
}
