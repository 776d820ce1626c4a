package io.jgemma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line says when it is misused, without a model. */
class UsageTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "frobnicate|jgemma: there is no command 'frobnicate'",
                "run --frobnicate|jgemma run: there is no option '--frobnicate'",
                "run -p a --nonsense 99|there is no option '--nonsense'",
                "run --prompts a -f b|jgemma run: --prompts and -p or -f are both given",
                "run -p a -f b|jgemma run: -p and -f are both given",
                "run -p a -c many|'many' is not a number of tokens",
                "run -p a -c -5|-c -5 is out of range",
                "run -p a -b 0|-b 0 is out of range",
                "run -p a -t 9999|too many threads",
                "run -p a -ctk q4_1|a K/V cache of type q4_1 is not supported",
                "run -p a -ctv q5_0|a K/V cache of type q5_0 is not supported",
                "chat --tool-parser xml|there is no tool-call syntax 'xml'; there are gemma, llama3, qwen, none",
                "run -p a -fa off|flash attention cannot be turned off",
                "run -p a --cpu-kernels magic|magic",
                "run -p a --top-p 2|jgemma run: --top-p is 2.0, expected 0 to 1",
                "run -p a --min-p 2|jgemma run: --min-p is 2.0, expected 0 to 1",
                "run -p a --temp nan|'nan' is not a number",
                "run -p a --temp NaN|jgemma run: --temp is NaN, expected a finite number",
                "run -p a --top-k -2|jgemma run: --top-k is -2, expected",
                "run -p a --repeat-penalty 0|jgemma run: --repeat-penalty is 0.0, expected above 0",
                "run -p a --repeat-last-n -2|jgemma run: --repeat-last-n is -2, expected",
                "run -p a --temp warm|'warm' is not a number",
                "run -p a -t two|'two' is not a whole number",
                "run -p a -s 1.5|'1.5' is not a whole number",
                "run -p a --raw --system b|--raw has no conversation",
                "run -p a x.gguf -m y.gguf|two models are named",
                "logits|--tokens",
                "logits --tokens 1,b|'1,b' is not a list of token ids",
                "logits --tokens 1,2 --position 2|--position 2 is not one of the 2 tokens",
                "logits --tokens 1,2 --position -3|--position -3 is not one of the 2 tokens",
                "perplexity -f a -c 2|-c 2 is too small",
                "bench -p 0 -n 0|nothing is left to measure",
                "bench -r 0|-r 0 measures nothing",
                "bench -p -5|must not be negative",
                "bench -o xml|xml",
                "bench -pg 5|'5' is not PROMPT,GENERATION",
                "template x|CONTEXT.json",
                "info -c -1|-c -1 is out of range",
                "info -c 2000000000|-c 2000000000 is beyond any model",
                "run -p a -c 2000000000|-c 2000000000 is beyond any model",
                "run -p a -n -7|-n -7 is out of range",
                "run -p a -ngl most|'most' is not a number of layers, all or auto",
                "run -p a -ngl -3|'-3' is not a number of layers, all or auto",
                "run -p a -mg 1|with -ngl 0 there are none",
                "run -p a -ngl all -sm row|row",
                "run -p a -ngl all -mg 0 -ts 3,1|-mg uses one; give one of them",
                "run -p a -ngl all -sm none -ts 3,1|-sm none uses one; give one of them",
                "run -p a -ngl all -sm layer -mg 1|-sm layer uses all; give one of them",
                "run -p a -ngl all -ts 0,0|leaves no layer to any device",
                "run -p a -ngl all -mg -1|must not be negative"
            })
    void answersWithOneLineAndCode2(String line, String message) {
        TestConsole console = new TestConsole("");

        int code = console.run(line.split(" ", -1));

        assertThat(console.err()).contains(message).hasLineCount(1);
        assertThat(code).isEqualTo(2);
        assertThat(console.out()).isEmpty();
    }

    @Test
    void asksForAPromptWhereAPersonSits() {
        TestConsole console = TestConsole.atTerminal("");

        assertThat(console.run("run")).isEqualTo(2);
        assertThat(console.err())
                .contains("no text: give one with -p TEXT or -f FILE")
                .hasLineCount(1);
    }

    @Test
    void namesTheCommandForAModelFileInItsPlace(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("m.gguf"));
        TestConsole console = new TestConsole("");

        assertThat(console.run(file.toString())).isEqualTo(2);
        assertThat(console.err()).contains("jgemma chat " + file).hasLineCount(1);
    }

    @Test
    void failsWithOneLineAndCode1(@TempDir Path directory) throws IOException {
        Path text = Files.writeString(directory.resolve("text.gguf"), "This is no model, whatever its name says.");
        for (String[] args : new String[][] {
            {"info", text.toString()},
            {"run", "-p", "a", "-m", text.toString()},
            {"tokenize", "-p", "a", text.toString()},
            {"info", directory.resolve("missing.gguf").toString()},
            {"info", directory.toString()},
            {"template", directory.resolve("none").toString(), "-"},
            {"chat", "--tools", text.toString()}
        }) {
            TestConsole console = new TestConsole("{}");

            assertThat(console.run(args)).isEqualTo(1);
            assertThat(console.err()).startsWith("jgemma " + args[0] + ": ").hasLineCount(1);
            assertThat(console.out()).isEmpty();
        }
    }

    @Test
    void showsAStackTraceOnRequestOnly(@TempDir Path directory) {
        TestConsole console = new TestConsole("");

        assertThat(console.run("info", "--debug", directory.toString())).isEqualTo(1);
        assertThat(console.err()).contains("\tat io.jgemma.cli.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"chat", "run", "info", "tokenize", "template", "logits", "perplexity", "bench", "completion"})
    void everyCommandHasHelp(String command) {
        TestConsole console = new TestConsole("");

        assertThat(console.run(command, "--help")).isZero();
        assertThat(console.out()).startsWith("Usage: jgemma " + command).contains("--debug");
        assertThat(console.err()).isEmpty();
    }

    @Test
    void withoutACommandItShowsThemAll() {
        TestConsole console = new TestConsole("");

        assertThat(console.run()).isZero();
        assertThat(console.out()).contains("chat", "perplexity", "completion");
    }

    @Test
    void tellsItsVersion() {
        TestConsole console = new TestConsole("");

        assertThat(console.run("--version")).isZero();
        assertThat(console.out()).startsWith("jgemma ").contains("Java ");
    }

    @Test
    void completesCommandsAndOptions() {
        TestConsole console = new TestConsole("");

        assertThat(console.run("completion")).isZero();
        assertThat(console.out()).startsWith("#!/usr/bin/env bash").contains("--cache-type-k", "perplexity");
    }

    @Test
    void isQuietWhenNobodyReads() {
        TestConsole console = TestConsole.withoutReader();

        assertThat(console.run("completion")).isEqualTo(141);
        assertThat(console.err()).isEmpty();
    }

    @Test
    void rendersATemplateAsItIs(@TempDir Path directory) throws IOException {
        Path template = Files.writeString(
                directory.resolve("t.jinja"), "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}é\n\n");
        String context = "{\"messages\": [{\"role\": \"user\", \"content\": \"你好\", \"n\": null}]}";
        TestConsole console = new TestConsole(context);

        assertThat(console.run("template", template.toString(), "-")).isZero();
        assertThat(console.out()).isEqualTo("<user>你好é\n");
    }

    @Test
    void refusesATemplateContextThatIsNone(@TempDir Path directory) throws IOException {
        Path template = Files.writeString(directory.resolve("t.jinja"), "x");
        for (String context : new String[] {"[1]", "{", ""}) {
            TestConsole console = new TestConsole(context);

            assertThat(console.run("template", template.toString(), "-")).isEqualTo(1);
            assertThat(console.err()).hasLineCount(1);
        }
    }
}
