package io.jgemma.engine.grammar.regex;

/** How characters are written as bytes. No character's bytes begin those of another, and each is written in few ways. */
public interface Encoding {

    /**
     * All ways to write one character of a set.
     *
     * @param store makes the expression
     */
    Regex chars(CodePoints set, RegexStore store);

    /** All ways to write a text. */
    default Regex text(String text, RegexStore store) {
        int[] points = text.codePoints().toArray();
        Regex regex = store.epsilon();
        for (int i = points.length - 1; i >= 0; i--) {
            regex = store.concat(chars(CodePoints.of(points[i]), store), regex);
        }
        return regex;
    }
}
