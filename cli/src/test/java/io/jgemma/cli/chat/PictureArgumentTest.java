package io.jgemma.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PictureArgumentTest {

    @TempDir
    Path folder;

    private Path file(String name) throws IOException {
        return Files.write(folder.resolve(name), new byte[] {1, 2});
    }

    @Test
    void namesMayBeQuotedOrEscaped() throws IOException {
        Path file = file("my cat.PNG");
        for (String name : new String[] {
            "'" + file + "'", "\"" + file + "\"", file.toString().replace(" ", "\\ ")
        }) {
            PictureArgument argument = PictureArgument.parse(name + " What is this?", Path::of);
            assertThat(argument.image().name()).isEqualTo("my cat.PNG");
            assertThat(argument.text()).isEqualTo("What is this?");
            assertThat(PictureArgument.begins(name, Path::of)).as(name).isTrue();
            assertThat(PictureArgument.begins(name + " What?", Path::of))
                    .as(name)
                    .isTrue();
        }
        assertThatThrownBy(() -> PictureArgument.parse("'" + file, Path::of))
                .hasMessage("The file name has no closing '.");
    }

    @Test
    void otherMessagesAreNoPictures() throws IOException {
        assertThat(PictureArgument.begins(file("notes.txt").toString(), Path::of))
                .isFalse();
        assertThat(PictureArgument.begins(folder.resolve("missing.png").toString(), Path::of))
                .isFalse();
        assertThat(PictureArgument.begins("'" + file("cat.png"), Path::of)).isFalse();
        assertThat(PictureArgument.begins("/image cat.png", Path::of)).isFalse();
        assertThat(PictureArgument.begins("cat.png", Path::of)).isFalse();
        assertThat(PictureArgument.begins("What is in " + file("dog.png") + "?", Path::of))
                .isFalse();
    }
}
