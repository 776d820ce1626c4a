package io.jgemma.engine.chat;

import java.util.List;
import java.util.Set;

/**
 * Reads a fenced block, beginning with its first backtick. It must hold nothing but calls; its language may be any that
 * models use for them.
 */
final class FencedCallReader implements CallReader {
    private static final String BARE_CALLS = "tool_code";
    private static final Set<String> LANGUAGES =
            Set.of("", "json", "python", "py", "text", "plaintext", "tool_call", "tool_calls", BARE_CALLS);
    private static final int MIN_TICKS = 3;

    private enum State {
        OPENING,
        LANGUAGE,
        CALLS,
        CLOSING
    }

    private final KnownTools tools;
    private final CallSyntax syntax;
    private final StringBuilder language = new StringBuilder();
    private CallSequence sequence;
    private State state = State.OPENING;
    private int ticks;
    private int closed;

    FencedCallReader(KnownTools tools, CallSyntax syntax) {
        this.tools = tools;
        this.syntax = syntax;
        sequence = sequence();
    }

    private CallSequence sequence() {
        boolean bare = syntax.python() && BARE_CALLS.contentEquals(language);
        return new CallSequence(tools, new CallListReader.Form(syntax.python(), bare, true));
    }

    @Override
    public List<RawCall> calls() {
        return sequence.calls();
    }

    @Override
    public boolean completeAtEnd() {
        return sequence.complete();
    }

    @Override
    public Progress push(char c) {
        return switch (state) {
            case OPENING -> opening(c);
            case LANGUAGE -> language(c);
            case CALLS -> inside(c);
            case CLOSING -> closing(c);
        };
    }

    private Progress opening(char c) {
        if (c == '`') {
            ticks++;
            return Progress.MORE;
        }
        state = State.LANGUAGE;
        return ticks < MIN_TICKS ? Progress.FAIL : language(c);
    }

    private Progress language(char c) {
        if (Character.isLetter(c) || c == '_') {
            language.append(c);
            return LANGUAGES.stream().anyMatch(known -> known.startsWith(language.toString()))
                    ? Progress.MORE
                    : Progress.FAIL;
        }
        state = State.CALLS;
        sequence = sequence();
        return LANGUAGES.contains(language.toString()) ? inside(c) : Progress.FAIL;
    }

    private Progress inside(char c) {
        Progress progress = sequence.push(c);
        if (progress != Progress.DONE_BEFORE) {
            return progress;
        }
        state = State.CLOSING;
        return closing(c);
    }

    private Progress closing(char c) {
        if (c != '`') {
            return Progress.FAIL;
        }
        closed++;
        return closed == ticks ? Progress.DONE : Progress.MORE;
    }
}
