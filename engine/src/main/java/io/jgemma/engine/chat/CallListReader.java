package io.jgemma.engine.chat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one call or one list of calls, {@code [.., ..]}, beginning with its first character. A list with anything but calls
 * of known tools in it is none.
 */
final class CallListReader implements CallReader {

    /**
     * What may be a call.
     *
     * @param python whether {@code name(..)} is one in a list
     * @param needsArguments whether an object without arguments is none
     */
    record Form(boolean python, boolean needsArguments) {}

    private final KnownTools tools;
    private final Form form;
    private final List<RawCall> calls = new ArrayList<>();
    private @Nullable PythonCallReader python;
    private @Nullable JsonCallReader json;
    private boolean begun;
    private boolean list;
    private boolean afterCall;

    CallListReader(KnownTools tools, Form form) {
        this.tools = tools;
        this.form = form;
    }

    /** Whether a call or a list can begin with the character. */
    static boolean mayBegin(char c) {
        return c == '[' || c == '{';
    }

    @Override
    public List<RawCall> calls() {
        return calls;
    }

    @Override
    public Progress push(char c) {
        if (!begun) {
            begun = true;
            list = c == '[';
            return list ? Progress.MORE : begin(c, false);
        }
        if (python != null) {
            Progress progress = python.push(c);
            return progress == Progress.DONE ? add(python.call()) : progress;
        }
        if (json != null) {
            Progress progress = json.push(c);
            return progress == Progress.DONE ? add(json.call()) : progress;
        }
        if (Character.isWhitespace(c)) {
            return Progress.MORE;
        }
        if (c == ']') {
            return calls.isEmpty() ? Progress.FAIL : Progress.DONE;
        }
        if (afterCall) {
            afterCall = false;
            return c == ',' ? Progress.MORE : Progress.FAIL;
        }
        return begin(c, form.python);
    }

    private Progress begin(char c, boolean mayBePython) {
        if (c == '{') {
            json = new JsonCallReader(tools, form.needsArguments);
            return json.push(c);
        }
        if (!mayBePython) {
            return Progress.FAIL;
        }
        python = new PythonCallReader(tools);
        return python.push(c);
    }

    private Progress add(RawCall call) {
        calls.add(call);
        python = null;
        json = null;
        afterCall = true;
        return list ? Progress.MORE : Progress.DONE;
    }
}
