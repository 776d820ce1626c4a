package io.jgemma.cli.chat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A terminal whose person typed everything in advance, and that remembers what it showed. */
final class FakeTerminal implements ChatTerminal {
    private final Deque<Input> inputs = new ArrayDeque<>();
    private final List<String> prompts = new ArrayList<>();
    private final StringBuilder answers = new StringBuilder();
    private final StringBuilder asides = new StringBuilder();
    private final List<String> lines = new ArrayList<>();
    private Runnable interrupt = () -> {};
    private boolean interactive = true;
    private String clipboard = "";

    FakeTerminal types(String... lines) {
        for (String line : lines) {
            inputs.add(MessageSyntax.message(line));
        }
        return this;
    }

    FakeTerminal presses(Input key) {
        inputs.add(key);
        return this;
    }

    /** Ctrl-C while an answer comes. */
    void interrupt() {
        interrupt.run();
    }

    String answers() {
        return answers.toString();
    }

    String asides() {
        return asides.toString();
    }

    /** Notes, details and errors. */
    List<String> lines() {
        return lines;
    }

    List<String> prompts() {
        return prompts;
    }

    @Override
    public Input read(String prompt) {
        prompts.add(prompt);
        Input next = inputs.poll();
        return next == null ? new Input.End() : next;
    }

    FakeTerminal withoutPerson() {
        interactive = false;
        return this;
    }

    String clipboard() {
        return clipboard;
    }

    @Override
    public boolean copy(String text) {
        clipboard = text;
        return true;
    }

    @Override
    public boolean interactive() {
        return interactive;
    }

    @Override
    public void answer(String text) {
        answers.append(text);
    }

    @Override
    public void aside(String text) {
        asides.append(text);
    }

    @Override
    public void note(String line) {
        lines.add(line);
    }

    @Override
    public void detail(String line) {
        lines.add(line);
    }

    @Override
    public void error(String line) {
        lines.add("error: " + line);
    }

    @Override
    public void endAnswer() {
        answers.append('\n');
    }

    @Override
    public Listening onInterrupt(Runnable action) {
        interrupt = action;
        return () -> interrupt = () -> {};
    }

    @Override
    public void close() {
        inputs.clear();
    }
}
