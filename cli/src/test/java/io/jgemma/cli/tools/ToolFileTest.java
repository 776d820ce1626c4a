package io.jgemma.cli.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.cli.io.CommandException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolFileTest {

    @Test
    void readsDefinitionsCommandsAndLimits() {
        Toolbox tools = ToolFile.parse("t.json", """
                {"tools": [
                  {"type": "function",
                   "function": {"name": "a", "description": "does a", "parameters": {"type": "object"}},
                   "command": ["./a.sh", "-x"], "timeout_seconds": 2.5},
                  {"type": "function", "function": {"name": "b"}}]}
                """);

        assertThat(tools.definitions()).extracting(tool -> tool.name()).containsExactly("a", "b");
        assertThat(tools.definitions().getFirst().description()).isEqualTo("does a");
        ToolProgram program = tools.tools().getFirst().program().orElseThrow();
        assertThat(program.command()).isEqualTo(List.of("./a.sh", "-x"));
        assertThat(program.limit()).isEqualTo(Duration.ofMillis(2500));
        assertThat(tools.tools().getLast().program()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nonsense|is not JSON",
                "{}|holds no tools",
                "[]|holds no tools",
                "[{\"name\": \"a\"}]|tool 1: it must be",
                "[{\"type\": \"web\", \"function\": {\"name\": \"a\"}}]|tool 1: it must be",
                "[{\"function\": {}}]|tool 1: the function has no name",
                "[{\"function\": {\"name\": \"a\", \"parameters\": 3}}]|a: its parameters must be a JSON schema",
                "[{\"function\": {\"name\": \"a\"}, \"command\": []}]|a: its command is empty",
                "[{\"function\": {\"name\": \"a\"}, \"command\": [1]}]|a: its command must be",
                "[{\"function\": {\"name\": \"a\"}, \"command\": {\"x\": \"y\"}}]|a: its command must be",
                "[{\"function\": {\"name\": \"a\"}, \"command\": \"x\", \"timeout_seconds\": 0}]|timeout_seconds must be",
                "[{\"function\": {\"name\": \"a\"}, \"command\": \"x\", \"timeout_seconds\": \"x\"}]|timeout_seconds must",
                "[{\"function\": {\"name\": \"a\"}}, {\"function\": {\"name\": \"a\"}}]|tool 2: the name 'a' is taken"
            })
    void saysWhichToolIsWrongAndWhy(String json, String message) {
        assertThatThrownBy(() -> ToolFile.parse("t.json", json))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("t.json")
                .hasMessageContaining(message);
    }
}
