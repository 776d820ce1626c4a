package io.jgemma.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server's log goes on where it ended, and does not stop the server when the disk is full. */
class LogFileTest {

    @Test
    void goesOnWhereItEnded(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("access.log");
        for (String line : List.of("one", "two")) {
            try (LogFile log = new LogFile(file, failure -> {})) {
                log.accept(line);
            }
        }

        assertThat(Files.readAllLines(file))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).matches("20[0-9]{2}-.*Z (one|two)"));
    }

    @Test
    void saysOnceThatTheDiskIsFull() {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "there is no /dev/full here");
        List<String> told = new ArrayList<>();

        LogFile log = new LogFile(full, told::add);
        log.accept("one");
        log.accept("two");

        assertThat(told).hasSize(1).first().asString().contains("cannot be written");
    }
}
