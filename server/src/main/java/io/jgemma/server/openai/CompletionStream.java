package io.jgemma.server.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.sample.TokenLogprobs;
import io.jgemma.server.http.EventStream;
import io.jgemma.server.run.Answer;
import io.jgemma.server.run.AnswerProgress;
import io.jgemma.server.run.AnswerSink;
import io.jgemma.server.run.Answers;
import io.jgemma.server.run.Ids;
import io.jgemma.server.run.TimingsJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Writes answers as chunks of completions. */
final class CompletionStream implements AnswerSink {
    private final CompletionJson json;
    private final EventStream events;
    private final OptionalInt usageOfPrompts;
    private final List<Choice> choices = new ArrayList<>();
    private final @Nullable Answer[] answers;

    /**
     * A stream.
     *
     * @param usageOfPrompts how many prompts there are, if the usage was asked for
     */
    CompletionStream(CompletionJson json, EventStream events, OptionalInt usageOfPrompts, int count, Ids ids) {
        this.json = json;
        this.events = events;
        this.usageOfPrompts = usageOfPrompts;
        answers = new Answer[count];
        for (int i = 0; i < count; i++) {
            choices.add(new Choice(new AnswerProgress(ids)));
        }
    }

    private static final class Choice {
        private final AnswerProgress progress;
        private final List<TokenLogprobs> pending = new ArrayList<>();
        private boolean begun;
        private int written;

        Choice(AnswerProgress progress) {
            this.progress = progress;
        }

        List<TokenLogprobs> take() {
            List<TokenLogprobs> taken = List.copyOf(pending);
            pending.clear();
            return taken;
        }
    }

    @Override
    public void event(int index, GenerationEvent event) {
        Choice choice = choices.get(index);
        choice.progress.event(event);
        if (event instanceof GenerationEvent.Token token) {
            token.findLogprobs().ifPresent(choice.pending::add);
        } else if (event instanceof GenerationEvent.Text(String text)) {
            begin(index, choice);
            events.data(json.chunk(index, text, choice.written, choice.take(), null));
            choice.written += text.length();
        }
        events.ping();
    }

    private void begin(int index, Choice choice) {
        if (!choice.begun) {
            choice.begun = true;
            String echo = json.echo(index);
            if (!echo.isEmpty()) {
                events.data(json.chunk(index, echo, 0, List.of(), null));
                choice.written = echo.length();
            }
        }
    }

    @Override
    public void end(int index, GenerationResult result) {
        Answers.requireInTime(result);
        Choice choice = choices.get(index);
        begin(index, choice);
        ObjectNode chunk = json.chunk(index, "", choice.written, choice.take(), Answer.finish(result.finish()));
        chunk.set("timings", TimingsJson.of(result.timings()));
        events.data(chunk);
        answers[index] = choice.progress.ended(result);
    }

    @Override
    public void idle() {
        events.ping();
    }

    List<Answer> finish() {
        List<Answer> all = new ArrayList<>();
        for (Answer answer : answers) {
            all.add(Objects.requireNonNull(answer));
        }
        if (usageOfPrompts.isPresent()) {
            events.data(json.usage(all, usageOfPrompts.getAsInt()));
        }
        events.done();
        return all;
    }
}
