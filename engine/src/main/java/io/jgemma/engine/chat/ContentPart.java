package io.jgemma.engine.chat;

/** A part of a message. */
public sealed interface ContentPart {

    /** Words. */
    record Text(String text) implements ContentPart {}

    /**
     * A picture. The chat template prints its placeholder; the pixels travel beside the message.
     *
     * @param id tells the pictures of a conversation apart; no template sees it
     */
    record Image(String id) implements ContentPart {}
}
