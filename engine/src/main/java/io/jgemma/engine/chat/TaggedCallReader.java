package io.jgemma.engine.chat;

import java.util.List;

/**
 * Reads calls between two marks, beginning with the first character of the opening one. Where the answer ends after a
 * complete call, the closing one may lack.
 */
final class TaggedCallReader implements CallReader {

    private enum State {
        OPENING,
        CALLS,
        CLOSING
    }

    private final List<CallSyntax.Tag> tags;
    private final CallSequence sequence;
    private final StringBuilder opening = new StringBuilder();
    private State state = State.OPENING;
    private String close = "";
    private int matched;

    /** Any of the tags; none of their opening marks is the beginning of another. */
    TaggedCallReader(KnownTools tools, List<CallSyntax.Tag> tags) {
        this.tags = tags;
        sequence = new CallSequence(tools, new CallListReader.Form(false, false));
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
            case CALLS -> inside(c);
            case CLOSING -> closing(c);
        };
    }

    private Progress opening(char c) {
        opening.append(c);
        String begin = opening.toString();
        for (CallSyntax.Tag tag : tags) {
            if (tag.open().equals(begin)) {
                close = tag.close();
                state = State.CALLS;
                return Progress.MORE;
            }
        }
        return tags.stream().anyMatch(tag -> tag.open().startsWith(begin)) ? Progress.MORE : Progress.FAIL;
    }

    private Progress inside(char c) {
        Progress progress = sequence.push(c);
        if (progress == Progress.DONE_BEFORE) {
            state = State.CLOSING;
            return closing(c);
        }
        return progress;
    }

    private Progress closing(char c) {
        if (c != close.charAt(matched)) {
            return Progress.FAIL;
        }
        matched++;
        return matched == close.length() ? Progress.DONE : Progress.MORE;
    }
}
