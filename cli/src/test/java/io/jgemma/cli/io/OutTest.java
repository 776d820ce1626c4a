package io.jgemma.cli.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OutTest {

    @Test
    void writesUtf8() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        new Out(bytes).print("é").println("你").flush();

        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("é你\n");
    }

    @Test
    void tellsAReaderThatWentAwayFromADiskThatIsFull() {
        Out closed = new Out(failing("Broken pipe")).print("x");
        Out full = new Out(failing("No space left on device")).print("x");

        assertThatThrownBy(closed::flush).isInstanceOf(ClosedOutputException.class);
        assertThatThrownBy(full::flush)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("standard output: No space left on device");
    }

    private static OutputStream failing(String message) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(message);
            }
        };
    }
}
