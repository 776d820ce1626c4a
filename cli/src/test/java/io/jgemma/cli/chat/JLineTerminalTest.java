package io.jgemma.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.cli.TestConsole;
import io.jgemma.cli.io.AnswerView;
import io.jgemma.cli.io.ProgressBar;
import io.jgemma.cli.io.Style;
import io.jgemma.engine.generation.GenerationEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;

/** What a person sees, byte for byte. */
class JLineTerminalTest {

    private static String shown(Style style, GenerationEvent... events) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DumbTerminal screen =
                new DumbTerminal("test", "dumb", new ByteArrayInputStream(new byte[0]), out, StandardCharsets.UTF_8);
        try (JLineTerminal terminal = JLineTerminal.over(screen, Optional.empty(), style);
                AnswerView view = new AnswerView(terminal, ProgressBar.of("reading", new TestConsole("").console()))) {
            for (GenerationEvent event : events) {
                view.accept(event);
            }
        }
        return out.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    }

    @Test
    void reasoningIsDimmedAndTheAnswerIsNot() throws IOException {
        assertThat(shown(
                        new Style(true),
                        new GenerationEvent.Reasoning("Let me "),
                        new GenerationEvent.Reasoning("see."),
                        new GenerationEvent.Text("Four.")))
                .isEqualTo("\u001b[2mLet me \u001b[0m\u001b[2msee.\u001b[0m\u001b[2m\n\u001b[0mFour.\n");
    }

    @Test
    void withoutColoursTheAnswerStillBeginsItsOwnLine() throws IOException {
        assertThat(shown(Style.plain(), new GenerationEvent.Reasoning("Hm."), new GenerationEvent.Text("Four.\n")))
                .isEqualTo("Hm.\nFour.\n");
    }

    @Test
    void reasoningThatWasCutEndsItsLine() throws IOException {
        assertThat(shown(Style.plain(), new GenerationEvent.Reasoning("Let me")))
                .isEqualTo("Let me\n");
    }
}
