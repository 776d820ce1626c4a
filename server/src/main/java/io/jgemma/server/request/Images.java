package io.jgemma.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.chat.ContentPart;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import java.util.Base64;
import java.util.Optional;

/** Pictures in the spellings of all APIs: inside the request, as data URLs or in base64, or named by their addresses. */
final class Images {
    private static final String SCHEME = "data:";
    private static final String BASE64 = ";base64";

    private Images() {}

    /** OpenAI's {@code image_url} and {@code input_image}: a URL, or an object with one. */
    static ContentPart.Image ofUrl(Fields part, Pictures pictures) {
        Optional<JsonNode> value = part.value("image_url");
        if (value.isEmpty()) {
            throw part.invalid("image_url", part.path("image_url") + " is missing; expected a data URL");
        }
        if (value.get().isTextual()) {
            return read(part, "image_url", value.get().textValue(), pictures);
        }
        Fields object = part.object("image_url")
                .orElseThrow(() -> part.invalid(
                        "image_url", part.path("image_url") + " must be a data URL, or an object with the field url"));
        return read(object, "url", object.requireString("url"), pictures);
    }

    /** Anthropic's {@code source}. */
    static ContentPart.Image ofSource(Fields part, Pictures pictures) {
        Fields source = part.object("source")
                .orElseThrow(() -> part.invalid("source", part.path("source") + " is missing; expected an object"));
        String type = source.requireString("type");
        return switch (type) {
            case "base64" -> decode(source, "data", source.requireString("data"));
            case "url" -> read(source, "url", source.requireString("url"), pictures);
            default -> throw source.invalid("type", source.path("type") + " must be base64, or url with a data URL");
        };
    }

    private static ContentPart.Image read(Fields fields, String name, String url, Pictures pictures) {
        if (!url.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return new ContentPart.Image(fields.path(name), pictures.fetch(fields, name, url));
        }
        int comma = url.indexOf(',');
        if (comma < 0 || !url.substring(0, comma).endsWith(BASE64)) {
            throw fields.invalid(
                    name, fields.path(name) + " is a data URL without base64; expected data:image/png;base64,...");
        }
        return decode(fields, name, url.substring(comma + 1));
    }

    private static ContentPart.Image decode(Fields fields, String name, String base64) {
        try {
            // The decoder for MIME leaves out line breaks; what is no base64 then fails as a picture, by name.
            byte[] data = Base64.getMimeDecoder().decode(base64);
            if (data.length > 0) {
                return new ContentPart.Image(fields.path(name), data);
            }
        } catch (IllegalArgumentException e) {
            throw invalidBase64(fields, name);
        }
        throw invalidBase64(fields, name);
    }

    private static ApiException invalidBase64(Fields fields, String name) {
        return fields.invalid(name, fields.path(name) + " holds no picture in base64");
    }
}
