package io.jgemma.engine.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BuiltinTemplatesTest {
    private static final Template GEMMA = BuiltinTemplates.named("gemma3");

    static Stream<Named<Map<String, Object>>> contexts() {
        return TemplateResources.json("golden.json")
                .get("gemma3-tools.jinja")
                .propertyStream()
                .map(entry -> Named.of(
                        entry.getKey(),
                        TemplateResources.context(entry.getValue().get("context"))));
    }

    @ParameterizedTest
    @MethodSource("contexts")
    void gemmaEqualsTheGuidesTemplateWithItsFormatCorrected(Map<String, Object> context) {
        String guide = TemplateResources.text("gemma3-tools.jinja").replace("\"%sr\"", "\"%r\"");
        assertThat(GEMMA.render(context))
                .isEqualTo(Template.parse("guide", guide).render(context));
    }

    @Test
    void gemmaPrintsArgumentsAsPythonLiterals() {
        Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
        arguments.put("city", "O'Hare");
        arguments.put("days", 2);
        arguments.put("exact", true);
        arguments.put("unit", null);
        arguments.put("tags", List.of("a", Map.of("k", 1.5)));
        Map<String, Object> call = Map.of("function", Map.of("name", "get_weather", "arguments", arguments));
        String prompt = render(
                Map.of("role", "user", "content", "Weather?"),
                Map.of("role", "assistant", "tool_calls", List.of(call, Map.of("name", "now", "arguments", Map.of()))));
        assertThat(prompt)
                .isEqualTo("<bos><start_of_turn>user\nWeather?<end_of_turn>\n<start_of_turn>model\n"
                        + "[get_weather(city=\"O'Hare\", days=2, exact=True, unit=None, tags=['a', {'k': 1.5}]),now()]"
                        + "<end_of_turn>\n<start_of_turn>model\n");
    }

    @Test
    void gemmaTakesMessagesWithoutContentAndEmptyCalls() {
        Map<String, @Nullable Object> silent = new LinkedHashMap<>();
        silent.put("role", "assistant");
        silent.put("content", null);
        silent.put("tool_calls", null);
        assertThat(render(Map.of("role", "user"), silent, Map.of("role", "assistant", "tool_calls", List.of())))
                .isEqualTo("""
                    <bos><start_of_turn>user
                    <end_of_turn>
                    <start_of_turn>model
                    <end_of_turn>
                    <start_of_turn>model
                    <end_of_turn>
                    <start_of_turn>model
                    """);
        assertThat(render()).isEqualTo("<bos><start_of_turn>model\n");
    }

    @Test
    void gemmaPutsSystemPartsAndToolsIntoTheFirstTurnOfWhoeverSpeaks() {
        Map<String, Object> context = Map.of(
                "bos_token",
                "<bos>",
                "tools",
                List.of(Map.of("name", "now")),
                "messages",
                List.of(
                        Map.of(
                                "role",
                                "developer",
                                "content",
                                List.of(Map.of("type", "text", "text", "A"), Map.of("type", "text", "text", "B"))),
                        Map.of("role", "tool", "content", Map.of("time", "12:00"))));
        assertThat(GEMMA.render(context))
                .startsWith("<bos><start_of_turn>user\nAB\n\nYou have access to the following tools")
                .contains("{\n    \"name\": \"now\"\n}\n\n")
                .endsWith("<tool_response>\n{\"time\": \"12:00\"}</tool_response><end_of_turn>\n");
    }

    @Test
    void theMisprintedFormatIsReported() {
        Template guide = Template.parse("guide", TemplateResources.text("gemma3-tools.jinja"));
        assertThat(guide.warnings())
                .singleElement()
                .asString()
                .startsWith("line 47:")
                .contains("%sr");
        assertThat(GEMMA.warnings()).isEmpty();
        JsonNode golden = TemplateResources.json("golden.json");
        assertThat(golden.propertyStream()
                        .filter(file -> !file.getKey().equals("gemma3-tools.jinja"))
                        .flatMap(file ->
                                Template.parse(file.getKey(), TemplateResources.text(file.getKey()))
                                        .warnings()
                                        .stream()))
                .isEmpty();
    }

    private static String render(Map<?, ?>... messages) {
        return GEMMA.render(
                Map.of("bos_token", "<bos>", "add_generation_prompt", true, "messages", Arrays.asList(messages)));
    }

    /** What the families' own templates make of a conversation. */
    @Test
    void otherFamiliesAreWrittenAsTheyWereTrained() {
        assertThat(conversation("chatml")).isEqualTo("""
                        <|im_start|>system
                        Brief.<|im_end|>
                        <|im_start|>user
                        Hi<|im_end|>
                        <|im_start|>assistant
                        Hello<|im_end|>
                        <|im_start|>user
                        Bye<|im_end|>
                        <|im_start|>assistant
                        """);
        assertThat(conversation("llama3"))
                .isEqualTo("<s><|start_header_id|>system<|end_header_id|>\n\nBrief.<|eot_id|>"
                        + "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|>"
                        + "<|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n");
        assertThat(conversation("llama2"))
                .isEqualTo("<s>[INST] <<SYS>>\nBrief.\n<</SYS>>\n\nHi [/INST] Hello </s><s>[INST] Bye [/INST]");
        assertThat(conversation("mistral-v1"))
                .isEqualTo("<s> [INST] Brief.\n\nHi [/INST] Hello</s> [INST] Bye [/INST]");
        assertThat(conversation("zephyr")).isEqualTo("""
                        <|system|>
                        Brief.</s>
                        <|user|>
                        Hi</s>
                        <|assistant|>
                        Hello</s>
                        <|user|>
                        Bye</s>
                        <|assistant|>
                        """);
        assertThat(conversation("vicuna"))
                .isEqualTo("<s>Brief.\n\nUSER: Hi\nASSISTANT: Hello</s>\nUSER: Bye\nASSISTANT:");
    }

    @Test
    void everyNameHasATemplate() {
        assertThat(BuiltinTemplates.names())
                .allSatisfy(name -> assertThat(BuiltinTemplates.source(name))
                        .hasValueSatisfying(source -> assertThat(source).isNotBlank()));
        assertThat(BuiltinTemplates.source("gemma")).isEqualTo(BuiltinTemplates.source("gemma3"));
        assertThat(BuiltinTemplates.source("none")).isEmpty();
    }

    private static String conversation(String name) {
        return Template.parse(name, BuiltinTemplates.source(name).orElseThrow())
                .render(Map.of(
                        "bos_token",
                        "<s>",
                        "eos_token",
                        "</s>",
                        "add_generation_prompt",
                        true,
                        "messages",
                        List.of(
                                Map.of("role", "system", "content", "Brief."),
                                Map.of("role", "user", "content", List.of(Map.of("type", "text", "text", "Hi"))),
                                Map.of("role", "assistant", "content", "Hello"),
                                Map.of("role", "user", "content", "Bye"))));
    }
}
