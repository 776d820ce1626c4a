package io.jgemma.cli.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.cli.TestConsole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
    @TempDir
    private Path directory;

    private final TestConsole console = new TestConsole("");

    private String file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content).toString();
    }

    @Test
    void tellsOfEachInstance() throws IOException {
        String schema = file("schema.json", "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}");
        String good = file("good.json", "{\n  \"a\": 1e1\n}\n");
        String bad = file("bad.json", "{\"a\": \"x\"}");

        assertThat(console.run("grammar", "check", schema, good)).isZero();
        assertThat(console.out()).isEqualTo("accepted " + good + System.lineSeparator());
        assertThat(console.run("grammar", "check", schema, good, bad)).isEqualTo(1);
        assertThat(console.out()).contains("refused " + bad + " at byte 5, behind '{\"a\":'");
    }

    @Test
    void namesWhatIsNotSupported() throws IOException {
        String schema = file("schema.json", "{\"type\":\"array\",\"uniqueItems\":true}");

        assertThat(console.run("grammar", "check", schema)).isEqualTo(3);
        assertThat(console.out()).startsWith("not supported: #/uniqueItems, ").hasLineCount(1);
    }

    @Test
    void failsOnWhatIsNoSchema() throws IOException {
        assertThat(console.run("grammar", "check", file("schema.json", "[1"))).isEqualTo(1);
        assertThat(console.err()).contains("is not a JSON schema").hasLineCount(1);
        assertThat(console.run("grammar", "check")).isEqualTo(2);
    }
}
