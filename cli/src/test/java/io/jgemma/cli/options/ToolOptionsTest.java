package io.jgemma.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.chat.ToolCallParsers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ToolOptionsTest {

    private static EngineOptions options(String... args) {
        return CommandLine.populateCommand(new ToolOptions(), args).applyTo(EngineOptions.embedded());
    }

    @Test
    void leavesTheSyntaxToTheArchitecture() {
        assertThat(options().toolParser()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"gemma,gemma", "Qwen,qwen", "hermes,qwen", "llama,llama3", "none,none"})
    void takesASyntaxByNameOrAlias(String given, String name) {
        assertThat(options("--tool-parser", given).toolParser()).contains(name);
    }

    @Test
    void itsHelpNamesThemAll() {
        String help = new CommandLine(new ToolOptions()).getUsageMessage();

        assertThat(help).contains(ToolCallParsers.names());
    }
}
