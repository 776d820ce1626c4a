package io.jgemma.engine.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code name(a='x', b=2)}, character by character, beginning with the name.
 *
 * <p>Arguments may stand without a name, before all that have one, if the tool's schema has that many properties: they
 * belong to its properties in order. A single dictionary whose keys are all properties is the arguments themselves, unless
 * the first property is an object. Of two arguments with one name the last counts.
 */
final class PythonCallReader {

    private enum State {
        NAME,
        AFTER_NAME,
        ARGUMENT,
        WORD,
        AFTER_WORD,
        VALUE,
        AFTER_VALUE
    }

    private final KnownTools tools;
    private final StringBuilder name = new StringBuilder();
    private final StringBuilder word = new StringBuilder();
    private final List<Object> positional = new ArrayList<>();
    private final Map<String, Object> named = new LinkedHashMap<>();
    private State state = State.NAME;
    private ValueReader value = new ValueReader(false, null);
    private boolean valueNamed;
    private boolean comma;
    private Map<String, Object> arguments = Map.of();

    PythonCallReader(KnownTools tools) {
        this.tools = tools;
    }

    /** The call, once it is complete. */
    RawCall call() {
        return new RawCall(name.toString(), arguments);
    }

    Progress push(char c) {
        boolean space = Character.isWhitespace(c);
        return switch (state) {
            case NAME -> name(c, space);
            case AFTER_NAME -> space ? Progress.MORE : open(c);
            case ARGUMENT -> space ? Progress.MORE : argument(c);
            case WORD -> word(c, space);
            case AFTER_WORD -> space ? Progress.MORE : afterWord(c);
            case VALUE -> value(c);
            case AFTER_VALUE -> space ? Progress.MORE : afterValue(c);
        };
    }

    private Progress name(char c, boolean space) {
        if (!space && c != '(') {
            name.append(c);
            return tools.mayBegin(name.toString()) ? Progress.MORE : Progress.FAIL;
        }
        if (!tools.has(name.toString())) {
            return Progress.FAIL;
        }
        state = State.AFTER_NAME;
        return space ? Progress.MORE : open(c);
    }

    private Progress open(char c) {
        state = State.ARGUMENT;
        return c == '(' ? Progress.MORE : Progress.FAIL;
    }

    private Progress argument(char c) {
        if (c == ')') {
            return comma || (positional.isEmpty() && named.isEmpty()) ? close() : Progress.FAIL;
        }
        word.setLength(0);
        if (isWordPart(c)) {
            word.append(c);
            state = State.WORD;
            return Progress.MORE;
        }
        begin(false);
        return value(c);
    }

    private Progress word(char c, boolean space) {
        if (isWordPart(c)) {
            word.append(c);
            return word.length() > Literals.MAX_NUMBER_CHARS ? Progress.FAIL : Progress.MORE;
        }
        state = State.AFTER_WORD;
        return space ? Progress.MORE : afterWord(c);
    }

    /** What looked like a name may be a number, a truth value or a string's prefix. */
    private Progress afterWord(char c) {
        if (c == '=') {
            begin(true);
            char first = word.charAt(0);
            return Character.isLetter(first) || first == '_' ? Progress.MORE : Progress.FAIL;
        }
        begin(false);
        for (int i = 0; i < word.length(); i++) {
            if (value.push(word.charAt(i)) == Progress.FAIL) {
                return Progress.FAIL;
            }
        }
        return value(c);
    }

    private void begin(boolean isNamed) {
        value = new ValueReader(false, null);
        valueNamed = isNamed;
        comma = false;
        state = State.VALUE;
    }

    private Progress value(char c) {
        Progress progress = value.push(c);
        return switch (progress) {
            case MORE, FAIL -> progress;
            case DONE -> store();
            case DONE_BEFORE -> store() == Progress.FAIL ? Progress.FAIL : push(c);
        };
    }

    private Progress store() {
        state = State.AFTER_VALUE;
        if (valueNamed) {
            JsonValues.put(named, word.toString(), value.value());
        } else if (named.isEmpty()) {
            JsonValues.add(positional, value.value());
        } else {
            return Progress.FAIL;
        }
        return Progress.MORE;
    }

    private Progress afterValue(char c) {
        if (c == ')') {
            return close();
        }
        comma = true;
        state = State.ARGUMENT;
        return c == ',' ? Progress.MORE : Progress.FAIL;
    }

    private Progress close() {
        Optional<Map<String, Object>> bound = tools.bind(name.toString(), positional);
        if (bound.isEmpty()) {
            return Progress.FAIL;
        }
        arguments = bound.get();
        arguments.putAll(named);
        return Progress.DONE;
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.' || c == '+';
    }
}
