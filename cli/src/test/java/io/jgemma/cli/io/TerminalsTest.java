package io.jgemma.cli.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalsTest {

    @ParameterizedTest
    @CsvSource({
        "/opt/jdk-25/lib/modules,true",
        "/opt/jgemma/lib/jgemma.jar,true",
        "/opt/jdk-25.txt,false",
        "/home/me/question.txt,false",
        "pipe:[12345],false",
        "/dev/null,false",
        "'',false"
    })
    void tellsAFileOfJavasOwn(String name, boolean taken) {
        assertThat(Terminals.isTakenByJava(name, "/opt/jdk-25", "/opt/jgemma/lib/jgemma.jar:/opt/x.jar"))
                .isEqualTo(taken);
    }

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
