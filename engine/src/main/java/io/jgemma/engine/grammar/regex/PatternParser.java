package io.jgemma.engine.grammar.regex;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads patterns as ECMA-262 writes them, with its Unicode flag where that makes a difference: {@code .} and classes are of
 * characters, and only punctuation is escaped without a meaning. What is not regular (back references), looks behind, or asks
 * for word boundaries is refused.
 */
public final class PatternParser {
    private static final int MAX_DEPTH = 200;
    private static final int MAX_REPEAT = 1_000_000;

    private final String text;
    private final ClassParser classes;
    private int at;
    private int depth;

    private PatternParser(String text) {
        this.text = text;
        classes = new ClassParser(text);
    }

    /**
     * A pattern.
     *
     * @throws PatternException if it is malformed, or not supported
     */
    public static PatternNode parse(String pattern) {
        PatternParser parser = new PatternParser(pattern);
        PatternNode node = parser.choice();
        if (parser.at < pattern.length()) {
            throw PatternException.malformed("there is a ')' without a '('", parser.at);
        }
        return node;
    }

    private boolean more() {
        return at < text.length();
    }

    private boolean eat(String expected) {
        if (text.startsWith(expected, at)) {
            at += expected.length();
            return true;
        }
        return false;
    }

    private PatternNode choice() {
        if (++depth > MAX_DEPTH) {
            throw PatternException.unsupported("the pattern is nested more than " + MAX_DEPTH + " deep");
        }
        List<PatternNode> parts = new ArrayList<>();
        do {
            parts.add(sequence());
        } while (eat("|"));
        depth--;
        return parts.size() == 1 ? parts.getFirst() : new PatternNode.Choice(parts);
    }

    private PatternNode sequence() {
        List<PatternNode> parts = new ArrayList<>();
        while (more() && text.charAt(at) != '|' && text.charAt(at) != ')') {
            parts.add(repeated());
        }
        return parts.size() == 1 ? parts.getFirst() : new PatternNode.Sequence(parts);
    }

    private PatternNode repeated() {
        int begin = at;
        PatternNode node = atom();
        while (more()) {
            int mark = at;
            int min;
            int max;
            if (eat("*")) {
                min = 0;
                max = RegexStore.UNBOUNDED;
            } else if (eat("+")) {
                min = 1;
                max = RegexStore.UNBOUNDED;
            } else if (eat("?")) {
                min = 0;
                max = 1;
            } else if (text.charAt(at) == '{') {
                int[] counts = counts();
                if (counts.length == 0) {
                    return node;
                }
                min = counts[0];
                max = counts[1];
            } else {
                return node;
            }
            eat("?"); // Lazy: the same language.
            if (mark == begin || node instanceof PatternNode.Start || node instanceof PatternNode.End) {
                throw PatternException.malformed("there is nothing to repeat", mark);
            }
            if (node instanceof PatternNode.Repeat && mark == at) {
                throw PatternException.malformed("a repetition is repeated", mark);
            }
            node = new PatternNode.Repeat(node, min, max);
            if (more() && "*+".indexOf(text.charAt(at)) >= 0) {
                throw PatternException.malformed("a repetition is repeated", at);
            }
        }
        return node;
    }

    /** The numbers in {@code {2,5}}; none if the brace stands for itself. */
    private int[] counts() {
        int close = text.indexOf('}', at);
        if (close < 0) {
            return new int[0];
        }
        String inside = text.substring(at + 1, close);
        if (!inside.matches("[0-9]+(,[0-9]*)?")) {
            return new int[0];
        }
        int comma = inside.indexOf(',');
        int min = number(comma < 0 ? inside : inside.substring(0, comma));
        int max = comma < 0
                ? min
                : comma == inside.length() - 1 ? RegexStore.UNBOUNDED : number(inside.substring(comma + 1));
        if (max != RegexStore.UNBOUNDED && max < min) {
            throw PatternException.malformed("the numbers of a repetition are out of order", at);
        }
        at = close + 1;
        return new int[] {min, max};
    }

    private static int number(String digits) {
        int value = digits.length() > 7 ? MAX_REPEAT + 1 : Integer.parseInt(digits);
        if (value > MAX_REPEAT) {
            throw PatternException.unsupported("the pattern repeats something more than " + MAX_REPEAT + " times");
        }
        return value;
    }

    private PatternNode atom() {
        int c = text.codePointAt(at);
        return switch (c) {
            case '(' -> group();
            case '[' -> {
                CodePoints set = classes.bracket(at + 1);
                at = classes.end();
                yield new PatternNode.Chars(set);
            }
            case '\\' -> escape();
            case '.' -> single(new PatternNode.Chars(CharClasses.NOT_LINE_END));
            case '^' -> single(new PatternNode.Start());
            case '$' -> single(new PatternNode.End());
            case '*', '+', '?' -> throw PatternException.malformed("there is nothing to repeat", at);
            default -> {
                at += Character.charCount(c);
                yield new PatternNode.Chars(CodePoints.of(c));
            }
        };
    }

    private PatternNode single(PatternNode node) {
        at++;
        return node;
    }

    private PatternNode escape() {
        if (at + 1 < text.length()) {
            char c = text.charAt(at + 1);
            if (c == 'b' || c == 'B') {
                throw PatternException.unsupported("the pattern asks for a word boundary (\\" + c + ")");
            }
            if ((c >= '1' && c <= '9') || c == 'k') {
                throw PatternException.unsupported("the pattern refers back to a group (\\" + c + ")");
            }
        }
        CodePoints set = classes.escape(at + 1, false);
        at = classes.end();
        return new PatternNode.Chars(set);
    }

    private PatternNode group() {
        int begin = at;
        at++;
        boolean ahead = false;
        boolean negative = false;
        if (eat("?=") || eat("?!")) {
            ahead = true;
            negative = text.charAt(at - 1) == '!';
        } else if (text.startsWith("?<=", at) || text.startsWith("?<!", at)) {
            throw PatternException.unsupported("the pattern looks behind");
        } else if (eat("?<")) {
            int close = text.indexOf('>', at);
            if (close <= at) {
                throw PatternException.malformed("a group's name does not end", begin);
            }
            at = close + 1;
        } else if (!eat("?:") && text.startsWith("?", at)) {
            throw PatternException.malformed("ECMA-262 has no such group", begin);
        }
        PatternNode body = choice();
        if (!eat(")")) {
            throw PatternException.malformed("a group does not end", begin);
        }
        return ahead ? new PatternNode.Look(body, negative) : body;
    }
}
