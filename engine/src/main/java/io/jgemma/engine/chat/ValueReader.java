package io.jgemma.engine.chat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads one value as Python or JSON writes it, character by character, on its own bounded stack.
 *
 * <p>Strings as {@link StringReader} reads them, also raw ({@code r'..'}) and several in a row, which are one; integers
 * and fractions ({@code -1 1_000 0x1f .5 1e3}); {@code True False None} and {@code true false null}; lists; tuples, which
 * become lists; dictionaries with string keys, of which the last of a name counts. A comma may follow the last element.
 */
final class ValueReader {
    static final int MAX_DEPTH = 64;

    private static final String TOKEN_MARKS = "_.+-";

    /** Looks at the entries of the outermost dictionary as soon as they are there; false ends the reading in failure. */
    interface Guard {
        boolean key(String key);

        boolean value(String key, @Nullable Object value);
    }

    private enum State {
        VALUE,
        TOKEN,
        STRING,
        AFTER_STRING,
        COLON,
        AFTER_VALUE,
        FINISHED,
        FAILED
    }

    private static final class Container {
        private final char close;
        private final List<Object> items = new ArrayList<>();
        private final Map<String, Object> entries = new LinkedHashMap<>();
        private @Nullable String key;
        private boolean comma;

        Container(char close) {
            this.close = close;
        }

        boolean wantsKey() {
            return close == '}' && key == null;
        }

        boolean mayClose() {
            return key == null && (comma || (items.isEmpty() && entries.isEmpty()));
        }

        @Nullable
        Object value() {
            if (close == '}') {
                return entries;
            }
            // A single value in parentheses is just that value.
            return close == ')' && items.size() == 1 && !comma ? items.getFirst() : items;
        }
    }

    private final boolean slashEscape;
    private final @Nullable Guard guard;
    private final Deque<Container> stack = new ArrayDeque<>();
    private final StringBuilder token = new StringBuilder();
    private StringReader string;
    private State state = State.VALUE;
    private @Nullable Object result;

    /**
     * A value.
     *
     * @param slashEscape whether {@code \/} in strings is {@code /}, as in JSON
     * @param guard looks at the outermost dictionary's entries, or null
     */
    ValueReader(boolean slashEscape, @Nullable Guard guard) {
        this.slashEscape = slashEscape;
        this.guard = guard;
        string = new StringReader('"', false, slashEscape, token);
    }

    /** The value, once the reading is done. */
    @Nullable
    Object value() {
        return result;
    }

    /** Reads a character; leading white space is skipped. */
    Progress push(char c) {
        boolean consumed;
        do {
            consumed = step(c);
        } while (!consumed && state != State.FINISHED && state != State.FAILED);
        return switch (state) {
            case FINISHED -> consumed ? Progress.DONE : Progress.DONE_BEFORE;
            case FAILED -> Progress.FAIL;
            default -> Progress.MORE;
        };
    }

    /** One state's look at the character; false = the next state has to look at it too. */
    private boolean step(char c) {
        return switch (state) {
            case VALUE -> Character.isWhitespace(c) || begin(c);
            case TOKEN -> token(c);
            case STRING -> string(c);
            case AFTER_STRING -> afterString(c);
            case COLON -> colon(c);
            case AFTER_VALUE -> Character.isWhitespace(c) || afterValue(c);
            case FINISHED, FAILED -> fail();
        };
    }

    private boolean fail() {
        state = State.FAILED;
        return true;
    }

    private boolean begin(char c) {
        Container top = stack.peek();
        if (top != null && c == top.close) {
            return top.mayClose() ? close(top) : fail();
        }
        if (isQuote(c)) {
            token.setLength(0);
            return open(c, false);
        }
        if (top != null && top.wantsKey() && "rRuU".indexOf(c) < 0) {
            return fail();
        }
        switch (c) {
            case '[' -> nest(']');
            case '{' -> nest('}');
            case '(' -> nest(')');
            default -> {
                token.setLength(0);
                state = State.TOKEN;
                return isTokenPart(c) ? token(c) : fail();
            }
        }
        return true;
    }

    private void nest(char close) {
        if (stack.size() == MAX_DEPTH) {
            fail();
        } else {
            stack.push(new Container(close));
            state = State.VALUE;
        }
    }

    private boolean open(char quote, boolean raw) {
        string = new StringReader(quote, raw, slashEscape, token);
        state = State.STRING;
        return true;
    }

    private boolean token(char c) {
        if (isTokenPart(c)) {
            token.append(c);
            boolean word = Character.isLetter(token.charAt(0));
            if (token.length() > Literals.MAX_NUMBER_CHARS
                    || (word && !Literals.mayBecomeWord(token) && !isStringPrefix(token))) {
                return fail();
            }
            return true;
        }
        if (isQuote(c) && isStringPrefix(token)) {
            boolean raw = token.charAt(0) == 'r' || token.charAt(0) == 'R';
            token.setLength(0);
            return open(c, raw);
        }
        Container top = stack.peek();
        if (top != null && top.wantsKey()) {
            return fail();
        }
        String word = token.toString();
        if (Literals.isWord(word)) {
            complete(Literals.isNull(word) ? null : (Object) Literals.isTrue(word));
            return false;
        }
        Optional<Object> number = Literals.number(word);
        if (number.isEmpty()) {
            return fail();
        }
        complete(number.get());
        return false;
    }

    private boolean string(char c) {
        Progress progress = string.push(c);
        switch (progress) {
            case DONE, DONE_BEFORE -> state = State.AFTER_STRING;
            case FAIL -> fail();
            case MORE -> {}
        }
        return progress != Progress.DONE_BEFORE;
    }

    private boolean afterString(char c) {
        if (Character.isWhitespace(c)) {
            return true;
        }
        if (isQuote(c)) {
            return open(c, false);
        }
        complete(token.toString());
        return false;
    }

    private boolean colon(char c) {
        if (c == ':') {
            state = State.VALUE;
            return true;
        }
        return Character.isWhitespace(c) || fail();
    }

    private boolean afterValue(char c) {
        Container top = stack.element();
        if (c == top.close) {
            return close(top);
        }
        if (c != ',') {
            return fail();
        }
        top.comma = true;
        state = State.VALUE;
        return true;
    }

    private boolean close(Container top) {
        stack.pop();
        complete(top.value());
        return true;
    }

    private void complete(@Nullable Object value) {
        Container top = stack.peek();
        if (top == null) {
            result = value;
            state = State.FINISHED;
        } else if (top.close != '}') {
            JsonValues.add(top.items, value);
            next(top);
        } else if (top.key == null) {
            top.key = String.valueOf(value);
            state = guard == null || stack.size() > 1 || guard.key(top.key) ? State.COLON : State.FAILED;
        } else {
            String key = top.key;
            top.key = null;
            JsonValues.put(top.entries, key, value);
            next(top);
            if (guard != null && stack.size() == 1 && !guard.value(key, value)) {
                state = State.FAILED;
            }
        }
    }

    private void next(Container top) {
        top.comma = false;
        state = State.AFTER_VALUE;
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'';
    }

    private static boolean isStringPrefix(CharSequence token) {
        return token.length() == 1 && "rRuU".indexOf(token.charAt(0)) >= 0;
    }

    private static boolean isTokenPart(char c) {
        return c < 0x80 && (Character.isLetterOrDigit(c) || TOKEN_MARKS.indexOf(c) >= 0);
    }
}
