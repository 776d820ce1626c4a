package io.jgemma.engine.gguf;

/**
 * A GGUF file cannot be opened, is damaged, or lacks what was asked of it. The message is one line: file, field, byte
 * offset, what is wrong, what to do.
 */
public final class GgufException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The value of {@link #byteOffset()} for errors that concern no particular place. */
    public static final long NO_OFFSET = -1;

    private final String file;
    private final long byteOffset;
    private final String field;

    /**
     * An error in a file.
     *
     * @param file the file's name
     * @param byteOffset where in the file, or {@link #NO_OFFSET}
     * @param field what is stored there, for example {@code tensor count}
     * @param problem expected, got and what to do, in one line
     */
    public GgufException(String file, long byteOffset, String field, String problem) {
        super(message(file, byteOffset, field, problem));
        this.file = file;
        this.byteOffset = byteOffset;
        this.field = field;
    }

    /** As {@link #GgufException(String, long, String, String)}, with the exception that led to this one. */
    public GgufException(String file, long byteOffset, String field, String problem, Throwable cause) {
        super(message(file, byteOffset, field, problem), cause);
        this.file = file;
        this.byteOffset = byteOffset;
        this.field = field;
    }

    private static String message(String file, long byteOffset, String field, String problem) {
        String place = byteOffset == NO_OFFSET ? "" : " at byte " + byteOffset;
        return Printable.escape(file) + ": " + field + place + ": " + problem;
    }

    /** The file's name. */
    public String file() {
        return file;
    }

    /** Where in the file, in bytes from its beginning, or {@link #NO_OFFSET}. */
    public long byteOffset() {
        return byteOffset;
    }

    /** What is stored there. */
    public String field() {
        return field;
    }
}
