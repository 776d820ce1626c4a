package io.jgemma.engine.text;

/** Finds where words end. */
@FunctionalInterface
interface WordScanner {
    /**
     * The end of the word that begins at {@code from}. Reads no further than {@code to}, which counts as the end of the
     * text, and over a whole text takes time linear in its length.
     *
     * @param text well-formed UTF-8
     * @return beyond {@code from}, at most {@code to}
     */
    int end(byte[] text, int from, int to);
}
