package io.jgemma.cli.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ToolProgramTest {
    private static ToolProgram shell(String script, int limitMillis) {
        return new ToolProgram(List.of("sh", "-c", script), Duration.ofMillis(limitMillis));
    }

    @Test
    void getsTheArgumentsAndGivesTheResult() {
        assertThat(shell("cat; echo", 20_000).run("{\"city\":\"Zürich\"}")).isEqualTo("{\"city\":\"Zürich\"}");
    }

    @Test
    void mayIgnoreItsInput() {
        assertThat(shell("echo fine", 20_000).run("x".repeat(1 << 20))).isEqualTo("fine");
    }

    @Test
    void failsWithTheReasonItGave() {
        assertThatThrownBy(() -> shell("echo no such city >&2; exit 3", 20_000).run("{}"))
                .isInstanceOf(ToolFailedException.class)
                .hasMessage("'sh' ended with code 3: no such city");
        assertThatThrownBy(() -> new ToolProgram(List.of("/no/such/program"), Duration.ofSeconds(1)).run("{}"))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageStartingWith("the program '/no/such/program' cannot be started");
    }

    @Test
    void mayNotTakeForEver() {
        assertThatThrownBy(() -> shell("sleep 60 & wait", 200).run("{}"))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining("took longer than 0.2 seconds");
    }

    @Test
    void mayNotWriteForEver() {
        assertThatThrownBy(() -> shell("yes", 20_000).run("{}"))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining("wrote more than");
    }

    @Test
    void canBeStopped() {
        ToolProgram program = shell("sleep 60", 50_000);
        CompletableFuture<Void> stopper = CompletableFuture.runAsync(
                program::stop, CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS));

        assertThatThrownBy(() -> program.run("{}")).isInstanceOf(ToolFailedException.class);
        assertThat(stopper).succeedsWithin(Duration.ofSeconds(5));
    }
}
