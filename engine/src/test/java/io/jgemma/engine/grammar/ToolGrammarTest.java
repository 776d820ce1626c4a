package io.jgemma.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.chat.ReasoningTags;
import io.jgemma.engine.chat.ToolDefinition;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ToolGrammarTest {
    private static final ToolGrammar.Tool WEATHER = tool(
            "get_weather",
            Map.of(
                    "type",
                    "object",
                    "properties",
                    Map.of("city", Map.of("type", "string")),
                    "required",
                    List.of("city")));
    private static final ToolGrammar.Tool TIME = tool("get_time", Map.of());
    private static final ToolGrammar.Choice AUTO = new ToolGrammar.Choice.Auto();
    private static final ToolGrammar.Choice REQUIRED = new ToolGrammar.Choice.Required();

    private static ToolGrammar.Tool tool(String name, Map<String, Object> parameters) {
        return new ToolGrammar.Tool(new ToolDefinition(name, "", parameters), true);
    }

    private static Grammar grammar(String family, ToolGrammar.Choice choice, boolean parallel) {
        return Grammar.ofTools(new ToolGrammar(family, List.of(WEATHER, TIME), choice, parallel));
    }

    @Test
    void writesGemmasCalls() {
        Grammar calls = grammar("gemma", REQUIRED, true);
        assertThat(List.of(
                        "[get_weather(city='Paris')]",
                        "[get_weather(city=\"it's\"), get_time()]",
                        "[get_weather(city='it\\'s \\\\ \\n')]"))
                .allMatch(calls::accepts);
        assertThat(List.of(
                        "", "[]", "Well", "[get_weather()]", "[get_weather(city=1)]", "[get_time(x=1)]", "[other()]"))
                .noneMatch(calls::accepts);
        assertThat(grammar("gemma", REQUIRED, false).accepts("[get_time(), get_time()]"))
                .isFalse();
    }

    @Test
    void writesLlamasAndQwensCalls() {
        String arguments = "{\"city\": \"Paris\"}";
        String llama = "{\"name\": \"get_weather\", \"parameters\": " + arguments + "}";
        assertThat(grammar("llama3", REQUIRED, true).accepts(llama)).isTrue();
        assertThat(grammar("llama3", REQUIRED, true).accepts(llama + "; " + llama))
                .isTrue();
        assertThat(grammar("llama3", REQUIRED, false).accepts(llama + "; " + llama))
                .isFalse();
        String qwen = "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": " + arguments + "}\n</tool_call>";
        assertThat(grammar("qwen", REQUIRED, true).accepts(qwen + "\n" + qwen)).isTrue();
        assertThat(grammar("qwen", REQUIRED, true).accepts(qwen.replace("city", "town")))
                .isFalse();
    }

    @Test
    void letsTextStandBeforeCallsThatAreNotRequired() {
        Grammar gemma = grammar("gemma", AUTO, true);
        assertThat(List.of(
                        "",
                        "Hello [get_weather(] there",
                        "[getting started]",
                        "Let me see.\n[get_weather(town='Paris')] is no call behind text.",
                        "\n[get_weather(city='Paris')]",
                        "[get_time()]"))
                .allMatch(gemma::accepts);
        assertThat(List.of("[get_weather(town='Paris')]", "\n [get_weather(city", "[get_time()] and more"))
                .noneMatch(gemma::accepts);
        Grammar qwen = grammar("qwen", AUTO, true);
        assertThat(qwen.accepts("I <think> so < tool_call>")).isTrue();
        assertThat(qwen.accepts("So:\n<tool_call>\n{\"name\": \"get_time\", \"arguments\": {}}\n</tool_call>"))
                .isTrue();
        assertThat(qwen.accepts("So:\n<tool_call>\n{\"name\": \"other\", \"arguments\": {}}\n</tool_call>"))
                .isFalse();
        assertThat(qwen.accepts("So:\n <tool_call>\n")).isFalse();
        assertThat(qwen.accepts("It writes <tool_call> for that.")).isTrue();
    }

    @Test
    void namesOneTool() {
        Grammar time = grammar("gemma", new ToolGrammar.Choice.Named("get_time"), true);
        assertThat(time.accepts("[get_time()]")).isTrue();
        assertThat(time.accepts("[get_weather(city='x')]")).isFalse();
        assertThatThrownBy(() -> grammar("gemma", new ToolGrammar.Choice.Named("nothing"), true))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("nothing");
    }

    @Test
    void takesAnyArgumentsOfToolsThatAreNotStrictAndCannotBeKept() {
        Map<String, Object> schema = Map.of("properties", Map.of("a", Map.of("format", "regex", "type", "string")));
        ToolDefinition definition = new ToolDefinition("f", "", schema);
        ToolGrammar loose = new ToolGrammar("qwen", List.of(new ToolGrammar.Tool(definition, false)), REQUIRED, false);
        assertThat(Grammar.ofTools(loose)
                        .accepts("<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": \"[\"}}\n</tool_call>"))
                .isTrue();
        ToolGrammar strict = new ToolGrammar("qwen", List.of(new ToolGrammar.Tool(definition, true)), REQUIRED, false);
        assertThatThrownBy(() -> Grammar.ofTools(strict)).isInstanceOf(GrammarException.class);
    }

    @Test
    void letsReasoningStandBefore() {
        Grammar answer = Grammar.ofRegex("[0-9]+");
        assertThat(answer.behindReasoning(ReasoningTags.THINK, false).accepts("<think>\n3 and 4</think>\n\n7"))
                .isTrue();
        assertThat(answer.behindReasoning(ReasoningTags.THINK, false).accepts("7"))
                .isTrue();
        assertThat(answer.behindReasoning(ReasoningTags.THINK, false).accepts("<think>7"))
                .isFalse();
        assertThat(answer.behindReasoning(ReasoningTags.THINK, true).accepts("so </thin</think>7"))
                .isTrue();
        assertThat(answer.behindReasoning(ReasoningTags.THINK, true).accepts("7"))
                .isFalse();
    }
}
