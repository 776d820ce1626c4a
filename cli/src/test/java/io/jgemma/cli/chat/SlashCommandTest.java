package io.jgemma.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SlashCommandTest {

    @Test
    void splitsTheWordFromItsArgument() {
        assertThat(SlashCommand.parse("/system  You are brief.\nVery."))
                .contains(new SlashCommand.Typed(SlashCommand.SYSTEM, "You are brief.\nVery."));
        assertThat(SlashCommand.parse("/HELP")).contains(new SlashCommand.Typed(SlashCommand.HELP, ""));
        assertThat(SlashCommand.parse("/quit")).contains(new SlashCommand.Typed(SlashCommand.EXIT, ""));
    }

    @Test
    void doesNotGuess() {
        assertThat(SlashCommand.parse("/hel")).isEmpty();
        assertThat(SlashCommand.parse("/usr/bin/env")).isEmpty();
        assertThat(SlashCommand.parse("help")).isEmpty();
    }

    @Test
    void otherProgramsWordsAreKnown() {
        assertThat(SlashCommand.parse("/bye").orElseThrow().command()).isEqualTo(SlashCommand.EXIT);
        assertThat(SlashCommand.parse("/quit").orElseThrow().command()).isEqualTo(SlashCommand.EXIT);
        assertThat(SlashCommand.parse("/?").orElseThrow().command()).isEqualTo(SlashCommand.HELP);
        assertThat(SlashCommand.parse("/regenerate").orElseThrow().command()).isEqualTo(SlashCommand.REGEN);
    }
}
