package io.jgemma.cli.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
    private static final Path HOME = Path.of("home").toAbsolutePath();

    @Test
    void followsTheDesktopConventions(@TempDir Path state) {
        assertThat(StateDirectory.of(Map.of(), HOME)).isEqualTo(HOME.resolve(".local/state/jgemma"));
        assertThat(StateDirectory.of(Map.of("XDG_STATE_HOME", state.toString()), HOME))
                .isEqualTo(state.resolve("jgemma"));
        assertThat(StateDirectory.of(Map.of("LOCALAPPDATA", state.toString()), HOME))
                .isEqualTo(state.resolve("jgemma"));
        assertThat(StateDirectory.of(Map.of("XDG_STATE_HOME", "relative"), HOME))
                .isEqualTo(HOME.resolve(".local/state/jgemma"));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void keepsFilesFromOthersEvenIfTheyWereOpenBefore(@TempDir Path state) throws IOException {
        Path directory = state.resolve("a/jgemma");
        Files.createDirectories(directory);
        Path file = Files.createFile(directory.resolve("history"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(StateDirectory.privateFile(directory, "history")).isEqualTo(file);
        Path fresh = StateDirectory.privateFile(directory, "fresh");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fresh)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
    }
}
