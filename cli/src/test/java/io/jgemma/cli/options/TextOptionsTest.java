package io.jgemma.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.cli.TestConsole;
import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class TextOptionsTest {

    @Command(name = "probe")
    private static final class Probe {
        @Mixin
        private final TextOptions text = new TextOptions();
    }

    private static TextOptions parse(String... args) {
        Probe probe = new Probe();
        new CommandLine(probe).parseArgs(args);
        return probe.text;
    }

    @Test
    void takesTheArgumentAsItIs() {
        TestConsole console = new TestConsole("ignored");

        assertThat(parse("-p", "a\\nb\n").prompt(console.console())).isEqualTo("a\\nb\n");
        assertThat(parse("-e", "-p", "a\\nb\\t\\\\n\\x").text(console.console()))
                .isEqualTo("a\nb\t\\n\\x");
    }

    @Test
    void takesAFileWithoutItsLastLineEnd(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("p.txt"), "héllo\n\n");

        assertThat(parse("-f", file.toString()).text(new TestConsole("").console()))
                .isEqualTo("héllo\n\n");
        assertThat(parse("-f", file.toString()).prompt(new TestConsole("").console()))
                .isEqualTo("héllo\n");
    }

    @Test
    void takesWhatIsPipedIn() {
        assertThat(parse().prompt(new TestConsole("piped\r\n").console())).isEqualTo("piped");
        assertThat(parse("-f", "-").text(new TestConsole("piped\n").console())).isEqualTo("piped\n");
    }

    @Test
    void saysWhatIsWrong(@TempDir Path directory) throws IOException {
        Path latin = Files.write(directory.resolve("latin.txt"), new byte[] {'a', (byte) 0xe9, 'b'});
        TestConsole pipe = new TestConsole("");
        TestConsole person = TestConsole.atTerminal("");

        assertThatThrownBy(() -> parse("-p", "a", "-f", "b").text(pipe.console()))
                .isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> parse().text(person.console()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("-p TEXT");
        assertThatThrownBy(() -> parse("-f", latin.toString()).text(pipe.console()))
                .isInstanceOf(CommandException.class)
                .hasMessageEndingWith("is not UTF-8 text");
        assertThatThrownBy(
                        () -> parse("-f", directory.resolve("none").toString()).text(pipe.console()))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("there is no file");
    }
}
