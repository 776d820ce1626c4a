package io.jgemma.engine.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer that is nothing but calls, beginning with its first character that is no white space: perhaps a tag, then
 * calls and lists of calls. It is complete only where the answer ends.
 */
final class AnswerCallReader implements CallReader {
    private final KnownTools tools;
    private final CallSyntax syntax;
    private final StringBuilder opening = new StringBuilder();
    private @Nullable CallSequence sequence;

    AnswerCallReader(KnownTools tools, CallSyntax syntax) {
        this.tools = tools;
        this.syntax = syntax;
    }

    /** Whether an answer of calls can begin with the character. */
    static boolean mayBegin(char c, CallSyntax syntax) {
        return CallListReader.mayBegin(c) || syntax.tagBegins(c);
    }

    @Override
    public List<RawCall> calls() {
        return sequence == null ? List.of() : sequence.calls();
    }

    @Override
    public boolean completeAtEnd() {
        return sequence != null && sequence.complete();
    }

    @Override
    public Progress push(char c) {
        CallSequence calls = sequence;
        if (calls == null) {
            return opening(c);
        }
        return calls.push(c) == Progress.MORE ? Progress.MORE : Progress.FAIL;
    }

    private Progress opening(char c) {
        if (opening.isEmpty() && !syntax.tagBegins(c)) {
            CallSequence calls = new CallSequence(tools, new CallListReader.Form(syntax.python(), true));
            sequence = calls;
            return calls.push(c);
        }
        opening.append(c);
        String begin = opening.toString();
        if (syntax.tags().stream().anyMatch(tag -> tag.open().equals(begin))) {
            sequence = new CallSequence(tools, new CallListReader.Form(syntax.python(), false));
            return Progress.MORE;
        }
        return syntax.tags().stream().anyMatch(tag -> tag.open().startsWith(begin)) ? Progress.MORE : Progress.FAIL;
    }
}
