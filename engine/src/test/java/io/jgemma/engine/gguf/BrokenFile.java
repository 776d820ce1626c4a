package io.jgemma.engine.gguf;

/**
 * A file broken in one way.
 *
 * @param bytes the file, marked where the error should point
 * @param field the error's field, as its message has it
 * @param problem part of the message
 */
record BrokenFile(String name, GgufBytes bytes, String field, String problem) {
    static BrokenFile broken(String name, GgufBytes bytes, String field, String problem) {
        return new BrokenFile(name, bytes, field, problem);
    }

    @Override
    public String toString() {
        return name;
    }
}
