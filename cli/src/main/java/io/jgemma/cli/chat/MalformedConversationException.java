package io.jgemma.cli.chat;

/** Part of a conversation file is not what it must be. */
final class MalformedConversationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedConversationException(String message) {
        super(message);
    }
}
