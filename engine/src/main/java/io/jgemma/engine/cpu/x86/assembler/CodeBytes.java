package io.jgemma.engine.cpu.x86.assembler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Growing machine code, and the places in it that wait for a label. */
final class CodeBytes {

    /** Four bytes at {@code position} hold the distance from {@code origin} to the label. */
    private record Reference(int position, int origin, Label label) {}

    private byte[] bytes = new byte[1024];
    private int size;
    private final List<Reference> references = new ArrayList<>();

    int size() {
        return size;
    }

    void put8(int value) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * size);
        }
        bytes[size++] = (byte) value;
    }

    void put32(int value) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            put8(value >>> shift);
        }
    }

    void put64(long value) {
        put32((int) value);
        put32((int) (value >>> Integer.SIZE));
    }

    /** Four bytes for the distance to a label from the end of an instruction that {@code after} more bytes complete. */
    void putDistance(Label label, int after) {
        references.add(new Reference(size, size + Integer.BYTES + after, label));
        put32(0);
    }

    /** The finished code. */
    byte[] finish() {
        byte[] code = Arrays.copyOf(bytes, size);
        for (Reference reference : references) {
            int distance = reference.label.position() - reference.origin;
            for (int i = 0; i < Integer.BYTES; i++) {
                code[reference.position + i] = (byte) (distance >>> (Byte.SIZE * i));
            }
        }
        return code;
    }
}
