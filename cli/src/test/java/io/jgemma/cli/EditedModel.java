package io.jgemma.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A small Llama model with other metadata. */
public final class EditedModel {
    private static final Path TINY = Path.of("../models/src/test/resources/golden/llama-tiny-q4_0.gguf");
    private static final int COUNT_OFFSET = 16;
    private static final int ENTRIES_OFFSET = 24;
    private static final int STRING = 8;
    private static final int ALIGNMENT = 32;

    private EditedModel() {}

    /** The model with one more entry; spaces fill it up to the alignment, so that no offset changes. */
    public static Path with(Path directory, String key, String value) throws IOException {
        int over = entry(key, value).length % ALIGNMENT;
        return insert(directory, entry(key, value + " ".repeat((ALIGNMENT - over) % ALIGNMENT)), 1);
    }

    /** The model with one more entry of exactly this value; another entry, that nobody reads, fills up. */
    public static Path exactly(Path directory, String key, String value) throws IOException {
        byte[] first = entry(key, value);
        int over = (first.length + entry("filler", "").length) % ALIGNMENT;
        byte[] second = entry("filler", " ".repeat((ALIGNMENT - over) % ALIGNMENT));
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return insert(directory, both, 2);
    }

    private static byte[] entry(String key, String value) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES + name.length + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(name.length)
                .put(name)
                .putInt(STRING)
                .putLong(text.length)
                .put(text)
                .array();
    }

    private static Path insert(Path directory, byte[] entries, int count) throws IOException {
        byte[] model = Files.readAllBytes(TINY);
        ByteBuffer header = ByteBuffer.wrap(model).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(COUNT_OFFSET, header.getLong(COUNT_OFFSET) + count);
        ByteBuffer all = ByteBuffer.allocate(model.length + entries.length);
        all.put(model, 0, ENTRIES_OFFSET).put(entries).put(model, ENTRIES_OFFSET, model.length - ENTRIES_OFFSET);
        return Files.write(directory.resolve("edited.gguf"), all.array());
    }

    /** The model with one text for another of the same length, which stands in the file once. */
    public static Path replacing(Path directory, String old, String text) throws IOException {
        String bytes = Files.readString(TINY, StandardCharsets.ISO_8859_1);
        if (bytes.indexOf(old) < 0 || bytes.indexOf(old) != bytes.lastIndexOf(old) || old.length() != text.length()) {
            throw new IllegalArgumentException(old + " does not stand in the file once, or is not as long as " + text);
        }
        return Files.writeString(
                directory.resolve("edited.gguf"), bytes.replace(old, text), StandardCharsets.ISO_8859_1);
    }
}
