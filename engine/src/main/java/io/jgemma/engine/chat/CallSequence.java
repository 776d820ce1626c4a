package io.jgemma.engine.chat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads calls and lists of calls one after the other, with white space, commas and semicolons between them. After each, one
 * closing bracket too many is forgiven: models miscount them.
 */
final class CallSequence {
    private final KnownTools tools;
    private final CallListReader.Form form;
    private final List<RawCall> calls = new ArrayList<>();
    private @Nullable CallListReader current;
    private boolean mayCloseAgain;

    CallSequence(KnownTools tools, CallListReader.Form form) {
        this.tools = tools;
        this.form = form;
    }

    List<RawCall> calls() {
        return calls;
    }

    /** Whether there is a call and none is half read. */
    boolean complete() {
        return current == null && !calls.isEmpty();
    }

    /** Reads a character; {@link Progress#DONE_BEFORE} when there are calls and no other can begin with it. */
    Progress push(char c) {
        if (current == null) {
            boolean closes = mayCloseAgain && (c == '}' || c == ']');
            if (closes || Character.isWhitespace(c) || (!calls.isEmpty() && (c == ',' || c == ';'))) {
                mayCloseAgain &= Character.isWhitespace(c);
                return Progress.MORE;
            }
            if (!CallListReader.mayBegin(c)) {
                return calls.isEmpty() ? Progress.FAIL : Progress.DONE_BEFORE;
            }
            mayCloseAgain = false;
            current = new CallListReader(tools, form);
        }
        Progress progress = current.push(c);
        if (progress == Progress.DONE) {
            calls.addAll(current.calls());
            current = null;
            mayCloseAgain = true;
            return Progress.MORE;
        }
        return progress;
    }
}
