package io.jgemma.engine;

import io.jgemma.engine.chat.AnswerListener;
import io.jgemma.engine.chat.AnswerStream;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.sample.Sampler;
import io.jgemma.engine.sample.TokenLogprobs;
import io.jgemma.engine.text.StreamDecoder;
import io.jgemma.engine.text.Vocabulary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run of {@link Session#generate}. */
final class Generation {

    private final Session session;
    private final Engine engine;
    private final GenerationRequest request;
    private final Consumer<? super GenerationEvent> listener;
    private final Vocabulary vocabulary;
    private final InputRows input;
    private final int[] prompt;
    private final BooleanSupplier cancel;
    private final long deadlineNanos;
    private final long asked = System.nanoTime();
    private final Draw draw;
    private final Sampler sampler;
    private final TokenList ids = new TokenList();
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<ToolCall> calls = new ArrayList<>();
    private final Gathered gathered = new Gathered();
    private final List<TokenLogprobs> logprobs = new ArrayList<>();
    private final int[] one = new int[1];
    private final InputRows next = InputRows.of(one);
    private @Nullable String matchedStop;
    private int cached;

    Generation(
            Session session,
            Engine engine,
            GenerationRequest request,
            InputRows input,
            Consumer<? super GenerationEvent> listener,
            BooleanSupplier cancel) {
        this.session = session;
        this.engine = engine;
        this.request = request;
        this.input = input;
        prompt = input.ids();
        this.listener = listener;
        this.cancel = cancel;
        deadlineNanos = request.deadline().map(Duration::toNanos).orElse(Long.MAX_VALUE);
        vocabulary = engine.tokenizer().vocabulary();
        int tokens = engine.spec().vocabulary();
        sampler = Sampler.of(request.sampling().orElseGet(engine::defaultSampling), tokens);
        draw = new Draw(sampler, request, vocabulary, tokens);
    }

    GenerationResult run() {
        if (prompt.length >= engine.contextTokens()) {
            throw new ContextExceededException(prompt.length, engine.contextTokens());
        }
        long start = System.nanoTime();
        for (int id : prompt) {
            if (!InputRows.embedded(id)) {
                sampler.accept(id);
            }
        }
        cached = session.keepCommonPrefix(prompt);
        boolean answered = request.maxTokens().orElse(1) > 0;
        int fed = answered ? prefill() : prompt.length;
        long prompted = System.nanoTime();
        FinishReason finish = answered ? fed < prompt.length ? stopped() : answer() : FinishReason.LENGTH;
        Timings timings = new Timings(
                cached, answered ? fed - cached : 0, prompted - start, ids.size(), System.nanoTime() - prompted);
        return new GenerationResult(
                prompt,
                ids.toArray(),
                text.toString(),
                reasoning.toString(),
                calls,
                finish,
                matchedStop,
                logprobs,
                timings);
    }

    private boolean late() {
        return System.nanoTime() - asked >= deadlineNanos;
    }

    private boolean stops() {
        return session.cancelled() || cancel.getAsBoolean() || late();
    }

    private FinishReason stopped() {
        return session.cancelled() || cancel.getAsBoolean() ? FinishReason.CANCELLED : FinishReason.DEADLINE;
    }

    private int prefill() {
        int last = prompt.length - 1;
        int fed = cached;
        tellProgress(fed);
        while (fed < prompt.length) {
            int end = input.sliceEnd(fed, engine.batchTokens());
            int reached = session.feed(input, fed, end, i -> i == last, draw, this::stops);
            tellProgress(reached);
            if (reached < end) {
                return reached;
            }
            fed = reached;
        }
        return fed;
    }

    private void tellProgress(int done) {
        listener.accept(new GenerationEvent.PromptProgress(done, prompt.length, cached, System.nanoTime() - asked));
    }

    private FinishReason answer() {
        AnswerStream answer = engine.text().answerStream(request, prompt);
        StreamDecoder decoder = StreamDecoder.ofContinuation(engine.tokenizer());
        FinishReason finish = decode(answer, decoder);
        if (!answer.stopped()) {
            answer.push(decoder.flush(), gathered);
        }
        answer.finish(gathered);
        matchedStop = answer.matchedStop().orElse(null);
        return finish == FinishReason.STOP && !calls.isEmpty() ? FinishReason.TOOL_CALLS : finish;
    }

    private FinishReason decode(AnswerStream answer, StreamDecoder decoder) {
        while (true) {
            int id = draw.token();
            ids.add(id);
            draw.take(id);
            tellToken(id);
            if (vocabulary.isEndOfGeneration(id) && !request.ignoreEnd()) {
                return FinishReason.STOP;
            }
            String piece = decoder.push(id);
            if (!piece.isEmpty()) {
                answer.push(piece, gathered);
                if (answer.stopped()) {
                    return FinishReason.STOP;
                }
            }
            if (ids.size() >= request.maxTokens().orElse(Integer.MAX_VALUE)) {
                return FinishReason.LENGTH;
            }
            if (session.position() >= engine.contextTokens()) {
                return FinishReason.CONTEXT_FULL;
            }
            one[0] = id;
            if (session.feed(next, 0, 1, i -> true, draw, this::stops) == 0) {
                return stopped();
            }
        }
    }

    private void tellToken(int id) {
        TokenLogprobs told = draw.logprobs();
        if (told != null) {
            logprobs.add(told);
        }
        listener.accept(new GenerationEvent.Token(id, told));
    }

    /** Gathers the answer's parts for the result and passes each on as an event. */
    private final class Gathered implements AnswerListener {
        @Override
        public void text(String piece) {
            text.append(piece);
            listener.accept(new GenerationEvent.Text(piece));
        }

        @Override
        public void reasoning(String piece) {
            reasoning.append(piece);
            listener.accept(new GenerationEvent.Reasoning(piece));
        }

        @Override
        public void call(ToolCall call) {
            calls.add(call);
            listener.accept(new GenerationEvent.Call(call));
        }
    }
}
