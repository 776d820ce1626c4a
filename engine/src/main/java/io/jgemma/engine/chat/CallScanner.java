package io.jgemma.engine.chat;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Separates calls from text in one pass. What may be a call is held from its first character on, and read as far as it can
 * be one; where it turns out not to be, its first character is text and scanning goes on from the second. Calls begin only
 * where the family writes them ({@link CallSyntax.Place}), so that what an answer shows of calls in its prose or its
 * examples stays text; what follows a call on its line counts as a new line.
 */
final class CallScanner implements ToolCallStream {
    /** Arguments that hold a long document are plausible; what is longer is no call that a tool is waiting for. */
    static final int MAX_CALL_CHARS = 1 << 20;

    private final CallSyntax syntax;
    private final KnownTools tools;
    private final Supplier<String> ids;
    private final AnswerText text = new AnswerText();
    private final LineState line = new LineState();
    private final StringBuilder input = new StringBuilder();
    private @Nullable CallReader reader;
    private int start;
    private int at;

    CallScanner(CallSyntax syntax, List<ToolDefinition> tools, Supplier<String> ids) {
        this.syntax = syntax;
        this.tools = new KnownTools(tools);
        this.ids = ids;
    }

    @Override
    public void push(String piece, AnswerListener listener) {
        input.append(piece);
        scan(listener);
        text.flush(listener);
        int done = reader == null ? at : start;
        input.delete(0, done);
        at -= done;
        start = 0;
    }

    @Override
    public void finish(AnswerListener listener) {
        while (reader != null) {
            if (reader.completeAtEnd()) {
                accept(reader, listener);
            } else {
                reject();
                scan(listener);
            }
        }
        text.finish(listener);
    }

    private void scan(AnswerListener listener) {
        while (at < input.length()) {
            char c = input.charAt(at);
            if (reader == null) {
                reader = candidate(c);
                start = at;
            }
            at++;
            if (reader == null) {
                addText(c);
                continue;
            }
            Progress progress = at - start > MAX_CALL_CHARS ? Progress.FAIL : reader.push(c);
            switch (progress) {
                case DONE -> accept(reader, listener);
                case FAIL, DONE_BEFORE -> reject();
                case MORE -> {}
            }
        }
    }

    private @Nullable CallReader candidate(char c) {
        return switch (syntax.place()) {
            case TAGS -> line.mayBeginCall() && syntax.tagBegins(c) ? new TaggedCallReader(tools, syntax.tags()) : null;
            case ANSWER ->
                text.isBlank() && AnswerCallReader.mayBegin(c, syntax) ? new AnswerCallReader(tools, syntax) : null;
        };
    }

    private void accept(CallReader complete, AnswerListener listener) {
        text.call(listener);
        for (RawCall call : complete.calls()) {
            listener.call(new ToolCall(ids.get(), call.name(), call.arguments()));
        }
        line.call();
        reader = null;
    }

    private void reject() {
        reader = null;
        at = start + 1;
        addText(input.charAt(start));
    }

    private void addText(char c) {
        text.add(c);
        line.add(c);
    }
}
