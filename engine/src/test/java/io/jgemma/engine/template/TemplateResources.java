package io.jgemma.engine.template;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;

/** The files under {@code templates} and the clock their expectations were computed with. */
final class TemplateResources {
    static final Clock CLOCK = Clock.fixed(Instant.parse("2024-07-26T14:05:09.000123Z"), ZoneOffset.UTC);

    private static final ObjectMapper JSON = new ObjectMapper();

    private TemplateResources() {}

    static String text(String name) {
        try (InputStream in = TemplateResources.class.getResourceAsStream("/templates/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no test resource templates/" + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(String name) {
        try {
            return JSON.readTree(text(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A JSON object as a template's context. */
    static Map<String, Object> context(JsonNode object) {
        return JSON.convertValue(object, new TypeReference<>() {});
    }

    /** Any JSON value as plain Java values. */
    static Object value(JsonNode node) {
        return JSON.convertValue(node, Object.class);
    }

    static String render(Template template, Map<String, Object> context) {
        return template.render(context, TemplateLimits.defaults(), CLOCK);
    }
}
