package io.jgemma.engine;

import io.jgemma.engine.chat.AnswerListener;
import io.jgemma.engine.chat.AnswerStream;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.sample.Sampler;
import io.jgemma.engine.text.StreamDecoder;
import io.jgemma.engine.text.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One run of {@link Session#generate}. */
final class Generation {

    private final Session session;
    private final Engine engine;
    private final GenerationRequest request;
    private final Consumer<? super GenerationEvent> listener;
    private final Vocabulary vocabulary;
    private final Session.Draw draw;
    private final Sampler sampler;
    private final TokenList ids = new TokenList();
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<ToolCall> calls = new ArrayList<>();
    private final Gathered gathered = new Gathered();
    private final int[] one = new int[1];
    private final InputRows next = InputRows.of(one);

    Generation(Session session, Engine engine, GenerationRequest request, Consumer<? super GenerationEvent> listener) {
        this.session = session;
        this.engine = engine;
        this.request = request;
        this.listener = listener;
        vocabulary = engine.tokenizer().vocabulary();
        sampler = Sampler.of(request.sampling(), engine.spec().vocabulary());
        draw = new Session.Draw(sampler);
    }

    GenerationResult run() {
        InputRows input = session.encode(request.prompt());
        int[] prompt = input.ids();
        if (prompt.length >= engine.contextTokens()) {
            throw new ContextExceededException(prompt.length, engine.contextTokens());
        }
        long start = System.nanoTime();
        for (int id : prompt) {
            if (!InputRows.embedded(id)) {
                sampler.accept(id);
            }
        }
        int cached = session.keepCommonPrefix(prompt);
        int fed = prefill(input, cached);
        long prompted = System.nanoTime();
        FinishReason finish = fed < prompt.length ? FinishReason.CANCELLED : answer(prompt);
        Timings timings = new Timings(cached, fed - cached, prompted - start, ids.size(), System.nanoTime() - prompted);
        return new GenerationResult(
                prompt, ids.toArray(), text.toString(), reasoning.toString(), calls, finish, timings);
    }

    private int prefill(InputRows input, int cached) {
        int total = input.rows();
        int last = total - 1;
        int fed = cached;
        listener.accept(new GenerationEvent.PromptProgress(fed, total));
        while (fed < total) {
            int end = input.sliceEnd(fed, engine.batchTokens());
            int reached = session.feed(input, fed, end, i -> i == last, draw);
            listener.accept(new GenerationEvent.PromptProgress(reached, total));
            if (reached < end) {
                return reached;
            }
            fed = reached;
        }
        return fed;
    }

    private FinishReason answer(int[] prompt) {
        AnswerStream answer = engine.answerStream(request, prompt);
        StreamDecoder decoder = StreamDecoder.ofContinuation(engine.tokenizer());
        FinishReason finish = decode(answer, decoder);
        if (!answer.stopped()) {
            answer.push(decoder.flush(), gathered);
        }
        answer.finish(gathered);
        return finish == FinishReason.STOP && !calls.isEmpty() ? FinishReason.TOOL_CALLS : finish;
    }

    private FinishReason decode(AnswerStream answer, StreamDecoder decoder) {
        while (true) {
            int id = draw.token();
            ids.add(id);
            sampler.accept(id);
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
            if (request.maxTokens() > 0 && ids.size() >= request.maxTokens()) {
                return FinishReason.LENGTH;
            }
            if (session.position() >= engine.contextTokens()) {
                return FinishReason.CONTEXT_FULL;
            }
            one[0] = id;
            if (session.feed(next, 0, 1, i -> true, draw) == 0) {
                return FinishReason.CANCELLED;
            }
        }
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
