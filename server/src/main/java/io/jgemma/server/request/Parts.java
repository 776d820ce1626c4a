package io.jgemma.server.request;

import io.jgemma.engine.chat.ContentPart;
import io.jgemma.server.json.Fields;
import java.util.List;

/** Parts of a message's content, in the spellings of all APIs. */
public final class Parts {
    private Parts() {}

    /**
     * A part.
     *
     * @param pictures fetches those that are named by their addresses
     * @throws io.jgemma.server.json.ApiException with 400 when this server cannot read parts of its type
     */
    public static List<ContentPart> of(Fields part, Pictures pictures) {
        String type = part.string("type").orElse("text");
        return switch (type) {
            case "text", "input_text", "output_text" ->
                Messages.text(part.string("text").orElse(""));
            case "refusal" -> Messages.text(part.string("refusal").orElse(""));
            case "image_url", "input_image" -> List.of(Images.ofUrl(part, pictures));
            case "image" -> List.of(Images.ofSource(part, pictures));
            case "input_audio", "audio" ->
                throw part.invalid("type", "this server hears no audio; remove " + part.path("type") + " " + type);
            default ->
                throw part.invalid(
                        "type",
                        part.path("type") + " is '" + (type.length() > 40 ? type.substring(0, 40) : type)
                                + "'; expected text or a picture");
        };
    }
}
