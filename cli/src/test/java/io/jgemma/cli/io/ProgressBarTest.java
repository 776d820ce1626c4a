package io.jgemma.cli.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long nanos = 5;

    private ProgressBar bar(boolean visible) {
        return new ProgressBar("loading", new PrintStream(bytes, true, StandardCharsets.UTF_8), visible, () -> nanos);
    }

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void staysAwayWhenTheThingIsQuick() {
        try (ProgressBar bar = bar(true)) {
            nanos += 999_000_000L;
            bar.update(50, 100);
        }

        assertThat(written()).isEmpty();
    }

    @Test
    void appearsAfterASecondAndLeavesNoTrace() {
        try (ProgressBar bar = bar(true)) {
            nanos += 1_000_000_000L;
            bar.update(50, 100);
            assertThat(written()).endsWith("loading [###############...............]  50%");
        }

        assertThat(written()).endsWith("\r\u001b[K");
    }

    @Test
    void redrawsAtMostTenTimesASecond() {
        try (ProgressBar bar = bar(true)) {
            nanos += 1_000_000_000L;
            bar.update(50, 100);
            nanos += 99_000_000L;
            bar.update(60, 100);
            assertThat(written()).doesNotContain("60%");
            nanos += 1_000_000L;
            bar.update(70, 100);
            assertThat(written()).contains("70%");
        }
    }

    @Test
    void writesNothingIntoAPipe() {
        try (ProgressBar bar = bar(false)) {
            nanos += 5_000_000_000L;
            bar.update(50, 100);
        }

        assertThat(written()).isEmpty();
    }

    @Test
    void keepsWithinTheBarWhateverItIsTold() {
        try (ProgressBar bar = bar(true)) {
            nanos += 1_000_000_000L;
            bar.update(300, 100);
            assertThat(written()).contains("100%").doesNotContain("300%");
        }
    }

    @Test
    void appearsAfterASecondWithoutNews() {
        ProgressBar bar = bar(true);
        bar.update(0, 1574);
        bar.wake();
        assertThat(written()).isEmpty();
        nanos += 1_000_000_000L;
        bar.wake();
        assertThat(written()).endsWith("loading [..............................]   0%");
        bar.close();
        nanos += 1_000_000_000L;
        bar.wake();
        bar.update(5, 10);
        assertThat(written()).endsWith("\r\u001b[K");
    }
}
