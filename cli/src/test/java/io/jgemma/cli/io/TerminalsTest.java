package io.jgemma.cli.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalsTest {

    @ParameterizedTest
    @CsvSource({
        "/dev/pts/3,true",
        "/dev/tty1,true",
        "/dev/ttyS0,true",
        "/dev/console,true",
        "pipe:[12345],false",
        "/dev/null,false",
        "/home/me/out.txt,false",
        "'',false"
    })
    void tellsATerminalByItsName(String name, boolean terminal) {
        assertThat(Terminals.isTerminalName(name)).isEqualTo(terminal);
    }
}
