package io.jgemma.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The templates of four model families, rendered or refused exactly as Hugging Face's library does. */
class TemplateGoldenTest {

    static Stream<Arguments> cases() {
        JsonNode golden = TemplateResources.json("golden.json");
        return golden.propertyStream()
                .flatMap(file -> file.getValue()
                        .propertyStream()
                        .map(entry -> Arguments.of(
                                file.getKey(), Named.of(file.getKey() + " " + entry.getKey(), entry.getValue()))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rendersAsTheReference(String file, JsonNode expected) {
        Template template = Template.parse(file, TemplateResources.text(file));
        Map<String, Object> context = TemplateResources.context(expected.get("context"));
        if (expected.has("rendered")) {
            assertThat(template.render(context))
                    .isEqualTo(expected.get("rendered").asText());
        } else {
            TemplateException error = catchThrowableOfType(TemplateException.class, () -> template.render(context));
            assertThat(error.detail()).isEqualTo(expected.get("error").asText());
        }
    }
}
