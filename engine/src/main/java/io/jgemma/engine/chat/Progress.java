package io.jgemma.engine.chat;

/** What a reader that is fed one character at a time says to each of them. */
enum Progress {
    /** The character belongs to what is read, which is not complete. */
    MORE,
    /** The character is the last one. */
    DONE,
    /** What is read ended before the character. */
    DONE_BEFORE,
    /** What is read cannot be what was looked for, whatever follows. */
    FAIL
}
