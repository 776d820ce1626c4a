package io.jgemma.engine.chat;

/** An answer in which everything is text. */
final class PlainStream implements ToolCallStream {

    @Override
    public void push(String piece, AnswerListener listener) {
        if (!piece.isEmpty()) {
            listener.text(piece);
        }
    }

    @Override
    public void finish(AnswerListener listener) {}
}
