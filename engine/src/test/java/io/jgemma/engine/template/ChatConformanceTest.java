package io.jgemma.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole chat templates, from model files and in the manner of many families, over many conversations. */
class ChatConformanceTest {
    private static final JsonNode TABLE = TemplateResources.json("chat-conformance.json");

    static Stream<Arguments> cases() {
        return StreamSupport.stream(TABLE.get("cases").spliterator(), false)
                .map(entry -> Arguments.of(
                        entry.get("template").asText(),
                        entry.get("conversation").asText(),
                        entry.get("variables").asText(),
                        entry));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("cases")
    void doesAsTheReference(String file, String conversation, String variables, JsonNode expected) {
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("bos_token", "<bos>");
        context.put("eos_token", "<eos>");
        context.put("add_generation_prompt", true);
        context.putAll(TemplateResources.context(TABLE.get("variables").get(variables)));
        JsonNode messages = TABLE.get("conversations").get(conversation);
        context.put("messages", TemplateResources.value(messages));
        Template template = Template.parse(file, TemplateResources.text(file));
        if (expected.has("rendered")) {
            String rendered = TemplateResources.render(template, context);
            assertThat(rendered).isEqualTo(expected.get("rendered").asText());
        } else {
            TemplateException error =
                    catchThrowableOfType(TemplateException.class, () -> TemplateResources.render(template, context));
            assertThat(error.detail()).isEqualTo(expected.get("error").asText());
        }
    }
}
