package io.jgemma.engine.gguf;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Says what a file that is not GGUF seems to be, and what to do about it. */
final class ForeignFile {
    private static final int SHOWN_BYTES = 16;

    private ForeignFile() {}

    /** A sentence that continues "not a GGUF file". */
    static String describe(MemorySegment data) {
        byte[] start = data.asSlice(0, Math.min(data.byteSize(), 64)).toArray(GgufCursor.BYTE);
        String text = new String(start, StandardCharsets.ISO_8859_1);
        String lower = text.strip().toLowerCase(Locale.ROOT);
        if (lower.startsWith("<!doctype") || lower.startsWith("<html")) {
            return "this is a web page: download the model itself, not the page about it";
        }
        if (text.startsWith("version https://git-lfs")) {
            return "this is a Git LFS pointer, not the model: fetch the file it stands for (git lfs pull)";
        }
        if (text.startsWith("lmgg") || text.startsWith("tjgg") || text.startsWith("fmgg") || text.startsWith("algg")) {
            return "this is a GGML file, the format before GGUF: get the model as GGUF";
        }
        if (text.startsWith("FUGG")) {
            return "the magic number is reversed, which no GGUF version does: get the model as little-endian GGUF";
        }
        if (text.startsWith("PK")) {
            return "this is a ZIP archive or a PyTorch checkpoint: unpack it, or get the model as GGUF";
        }
        if (text.startsWith("{\"", 8)) {
            return "this seems to be a safetensors file: get the model as GGUF, or convert it";
        }
        return "it starts with " + shown(start) + ": name a .gguf file";
    }

    private static String shown(byte[] start) {
        int length = Math.min(start.length, SHOWN_BYTES);
        StringBuilder out = new StringBuilder("'");
        for (int i = 0; i < length; i++) {
            int c = start[i] & 0xFF;
            if (c >= ' ' && c < 0x7F) {
                out.append((char) c);
            } else {
                out.append(c == '\n' ? "\\n" : String.format("\\x%02x", c));
            }
        }
        return out.append('\'').toString();
    }
}
