package io.jgemma.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MessageSyntaxTest {

    @Test
    void aLineIsAMessage() {
        assertThat(MessageSyntax.complete("hello")).isTrue();
        assertThat(MessageSyntax.complete("")).isTrue();
        assertThat(MessageSyntax.message("  hello ").text()).isEqualTo("hello");
    }

    @Test
    void aBackslashContinuesIt() {
        assertThat(MessageSyntax.complete("one\\")).isFalse();
        assertThat(MessageSyntax.complete("one\\\ntwo")).isTrue();
        assertThat(MessageSyntax.message("one\\\ntwo\\\nthree").text()).isEqualTo("one\ntwo\nthree");
    }

    @Test
    void anEscapedBackslashEndsIt() {
        assertThat(MessageSyntax.complete("C:\\\\")).isTrue();
        assertThat(MessageSyntax.complete("C:\\\\\\")).isFalse();
    }

    @Test
    void aFencedBlockGoesOnUntilItsFence() {
        assertThat(MessageSyntax.complete("\"\"\"")).isFalse();
        assertThat(MessageSyntax.complete("\"\"\"\none\n\ntwo")).isFalse();
        assertThat(MessageSyntax.complete("\"\"\"\none\n\ntwo\n\"\"\"")).isTrue();
        assertThat(MessageSyntax.complete("\"\"\"one\"\"\"")).isTrue();
        assertThat(MessageSyntax.message("\"\"\"\none\\\n\n  two\n\"\"\"").text())
                .isEqualTo("one\\\n\n  two");
    }

    @Test
    void aFencedBlockIsNoCommand() {
        assertThat(MessageSyntax.message("\"\"\"/help\"\"\"").quoted()).isTrue();
        assertThat(MessageSyntax.message("/help").quoted()).isFalse();
    }

    @Test
    void inputThatEndsInTheMiddleIsTakenAsFarAsItGoes() {
        assertThat(MessageSyntax.message("\"\"\"\none").text()).isEqualTo("one");
        assertThat(MessageSyntax.message("one\\").text()).isEqualTo("one");
        assertThat(MessageSyntax.message("\"\"\"").text()).isEmpty();
    }

    @Test
    void aPastedTextKeepsItsLines() {
        assertThat(MessageSyntax.complete("one\ntwo")).isTrue();
        assertThat(MessageSyntax.message("one\n\ttwo\n").text()).isEqualTo("one\n\ttwo");
    }
}
