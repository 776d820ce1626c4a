package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.chat.ToolCallParsers;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.Architectures;
import io.jgemma.engine.template.BuiltinTemplates;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FamilyFactsTest {

    @Test
    void everyFamilySaysHowItCallsTools() {
        Map<String, String> syntaxes = new TreeMap<>();
        Architectures.all().forEach(family -> syntaxes.put(family.name(), family.toolSyntax()));
        assertThat(syntaxes)
                .isEqualTo(Map.of(
                        "cohere2",
                        "none",
                        "command-r",
                        "none",
                        "gemma3",
                        "gemma",
                        "llama",
                        "llama3",
                        "olmo2",
                        "none",
                        "phi3",
                        "none",
                        "qwen2",
                        "qwen",
                        "qwen3",
                        "qwen"));
        assertThat(ToolCallParsers.names()).containsAll(syntaxes.values());
    }

    @Test
    void builtinTemplatesAreThere() {
        assertThat(Architectures.all())
                .flatExtracting(family -> family.chatTemplate().stream().toList())
                .containsExactly("gemma3")
                .allSatisfy(name ->
                        assertThat(BuiltinTemplates.named(name).source()).isNotEmpty());
    }

    @Test
    void nobodyIsGreedyByItself() {
        assertThat(Architectures.all())
                .extracting(Architecture::sampling)
                .noneMatch(sampling -> sampling.isGreedy() || sampling.penalizes());
    }
}
