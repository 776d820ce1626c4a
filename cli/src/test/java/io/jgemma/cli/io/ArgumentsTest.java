package io.jgemma.cli.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

    @Test
    void takesTheLastStringsOfTheProcessCommandLine() {
        byte[] line = "java\0-cp\0x.jar\0Main\0run\0-p\0héllo 你好\0".getBytes(StandardCharsets.UTF_8);

        String[] repaired = Arguments.repaired(new String[] {"run", "-p", "h\uFFFD\uFFFDllo \uFFFD"}, line);

        assertThat(repaired).containsExactly("run", "-p", "héllo 你好");
    }

    @Test
    void keepsWhatItGotWhenTheCommandLineIsShorter() {
        String[] given = {"a", "b", "\uFFFD"};

        assertThat(Arguments.repaired(given, "x\0".getBytes(StandardCharsets.UTF_8)))
                .isSameAs(given);
    }

    @Test
    void leavesUndamagedArgumentsAlone() {
        String[] given = {"run", "-p", "你好"};

        assertThat(Arguments.repaired(given)).isSameAs(given);
    }

    @Test
    void takesTheLastWordsOfAnUnicodeCommandLine() {
        List<String> line = List.of("java.exe", "Main", "run", "-p", "h\u00e9llo \u4f60\u597d", "-m", "a?.gguf");
        String[] given = {"run", "-p", "h\u00e9llo ??", "-m", "a?.gguf"};

        assertThat(Arguments.repaired(given, line))
                .containsExactly("run", "-p", "h\u00e9llo \u4f60\u597d", "-m", "a?.gguf");
    }

    @Test
    void keepsArgumentsThatTheCommandLineDoesNotHave() {
        String[] expanded = {"run", "-m", "a.gguf", "b.gguf"};
        assertThat(Arguments.repaired(expanded, List.of("java.exe", "Main", "run", "-m", "*.gguf")))
                .isSameAs(expanded);

        String[] more = {"run", "x"};
        assertThat(Arguments.repaired(more, List.of("run"))).isSameAs(more);
    }
}
