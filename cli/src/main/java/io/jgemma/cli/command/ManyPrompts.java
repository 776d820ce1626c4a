package io.jgemma.cli.command;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.engine.ContextExceededException;
import io.jgemma.engine.Engine;
import io.jgemma.engine.generation.GenerationHandle;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.template.TemplateException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Answers each prompt of a file on its own, several at a time, and prints a JSON object for each. The objects come in the order of
 * the prompts, whichever answer is done first.
 */
final class ManyPrompts {

    private final Console console;
    private final Engine engine;
    private final Semaphore places;
    private final Deque<Asked> unprinted = new ArrayDeque<>();

    private record Asked(PromptFile.Entry entry, GenerationHandle handle) {}

    /**
     * Answers of an engine.
     *
     * @param atOnce answers in progress at a time
     */
    ManyPrompts(Console console, Engine engine, int atOnce) {
        this.console = console;
        this.engine = engine;
        places = new Semaphore(atOnce);
    }

    /**
     * Answers all.
     *
     * @throws CommandException when a prompt cannot be answered; the message names file and line
     */
    void answer(List<PromptFile.Entry> prompts, Function<PromptFile.Entry, GenerationRequest> request) {
        for (PromptFile.Entry entry : prompts) {
            places.acquireUninterruptibly();
            GenerationHandle handle = told(entry, () -> engine.submit(request.apply(entry)));
            unprinted.add(new Asked(entry, handle));
            CompletableFuture<GenerationResult> _ = handle.result().whenComplete((result, failure) -> places.release());
            while (!unprinted.isEmpty() && unprinted.getFirst().handle().isDone()) {
                print(unprinted.removeFirst());
            }
        }
        while (!unprinted.isEmpty()) {
            print(unprinted.removeFirst());
        }
    }

    private void print(Asked asked) {
        GenerationResult result = told(asked.entry(), asked.handle()::join);
        console.out().println(RunCommand.json(result)).flush();
        console.detail(RunCommand.summary(result.timings()));
    }

    private static <T> T told(PromptFile.Entry entry, Supplier<T> work) {
        try {
            return work.get();
        } catch (ContextExceededException | TemplateException e) {
            throw new CommandException(entry.place() + ": " + e.getMessage(), e);
        }
    }
}
