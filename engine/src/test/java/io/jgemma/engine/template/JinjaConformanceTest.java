package io.jgemma.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.template.TemplateException.Kind;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Small templates over the whole language, with what Python's Jinja2 makes of each: text, or error and its message. */
class JinjaConformanceTest {
    private static final Map<String, Kind> KINDS = Map.ofEntries(
            Map.entry("TemplateSyntaxError", Kind.SYNTAX),
            Map.entry("TemplateAssertionError", Kind.SYNTAX),
            Map.entry("SyntaxError", Kind.SYNTAX),
            Map.entry("UndefinedError", Kind.UNDEFINED),
            Map.entry("TypeError", Kind.TYPE),
            Map.entry("AttributeError", Kind.TYPE),
            Map.entry("ValueError", Kind.VALUE),
            Map.entry("KeyError", Kind.LOOKUP),
            Map.entry("IndexError", Kind.LOOKUP),
            Map.entry("ZeroDivisionError", Kind.ARITHMETIC),
            Map.entry("OverflowError", Kind.ARITHMETIC),
            Map.entry("NameError", Kind.ARITHMETIC),
            Map.entry("SecurityError", Kind.SECURITY),
            Map.entry("TemplateError", Kind.RAISED),
            Map.entry("TemplateRuntimeError", Kind.RUNTIME),
            Map.entry("FilterArgumentError", Kind.RUNTIME),
            Map.entry("AssertionError", Kind.RUNTIME),
            Map.entry("RuntimeError", Kind.RUNTIME));

    static Stream<Named<JsonNode>> cases() {
        JsonNode cases = TemplateResources.json("jinja-conformance.json").get("cases");
        return StreamSupport.stream(cases.spliterator(), false)
                .map(entry -> Named.of(entry.get("group").asText() + " " + entry.get("template"), entry));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void doesAsJinja(JsonNode expected) {
        Map<String, Object> context =
                expected.has("context") ? TemplateResources.context(expected.get("context")) : Map.of();
        String source = expected.get("template").asText();
        if (expected.has("rendered")) {
            String rendered = TemplateResources.render(Template.parse("case", source), context);
            assertThat(rendered).isEqualTo(expected.get("rendered").asText());
        } else {
            TemplateException error = catchThrowableOfType(
                    TemplateException.class, () -> TemplateResources.render(Template.parse("case", source), context));
            String message = expected.has("ownMessage") ? "ownMessage" : "error";
            assertThat(error.detail()).isEqualTo(expected.get(message).asText());
            assertThat(error.kind()).isEqualTo(KINDS.get(expected.get("type").asText()));
        }
    }

    @Test
    void theTableCoversTheLanguage() {
        assertThat(cases()).hasSizeGreaterThan(800);
    }
}
