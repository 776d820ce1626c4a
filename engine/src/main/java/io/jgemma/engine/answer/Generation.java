package io.jgemma.engine.answer;

import io.jgemma.engine.generation.FinishReason;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationHandle;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Speculation;
import io.jgemma.engine.generation.Timings;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.prompt.ModelText;
import io.jgemma.engine.sample.Sampler;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.schedule.Task;
import io.jgemma.engine.schedule.TokenList;
import io.jgemma.engine.text.StreamDecoder;
import io.jgemma.engine.text.Vocabulary;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One generation as the scheduler sees it: a state machine that is fed logits, chooses a token, and wants that token's
 * logits next, until it is over.
 */
public final class Generation implements Task {

    private static final int[] NONE = {};

    private final GenerationRequest request;
    private final InputRows input;
    private final int[] prompt;
    private final int[] borders;
    private final int mostTokens;
    private final TokenList ids;
    private final Vocabulary vocabulary;
    private final Draw draw;
    private final EventLog log = new EventLog();
    private final Answer answer;
    private final Proposer proposer;
    private final BooleanSupplier cancelledElsewhere;
    private final CompletableFuture<GenerationResult> result = new CompletableFuture<>();
    private final long asked = System.nanoTime();
    private final long deadlineNanos;
    private volatile boolean cancelled;
    private volatile @Nullable FinishReason finish;
    private int cached;
    private int read;
    private long beganNanos;
    private long promptedNanos;

    /** What holds where a request does not say. */
    public record Defaults(SamplerOptions sampling, Speculation speculation) {}

    /**
     * A generation.
     *
     * @param defaults what holds where the request does not say
     * @param input the prompt
     * @param borders lengths of the prompt that are worth keeping
     * @param mostTokens tokens that the context and the memory hold
     * @param cancelled asked whether somebody else has cancelled it
     */
    public Generation(
            ModelText text,
            GenerationRequest request,
            Defaults defaults,
            InputRows input,
            int[] borders,
            int mostTokens,
            BooleanSupplier cancelled) {
        this.request = request;
        this.input = input;
        prompt = input.ids();
        this.mostTokens = mostTokens;
        this.cancelledElsewhere = cancelled;
        ids = TokenList.of(prompt);
        this.borders = borders;
        vocabulary = text.tokenizer().vocabulary();
        int tokens = text.vocabulary();
        Sampler sampler = Sampler.of(request.sampling().orElse(defaults.sampling()), tokens);
        for (int id : prompt) {
            if (!InputRows.embedded(id)) {
                sampler.accept(id);
            }
        }
        int limit = Math.min(request.maxTokens().orElse(Integer.MAX_VALUE), mostTokens - prompt.length);
        draw = new Draw(sampler, request, vocabulary, tokens, limit);
        answer = new Answer(
                log,
                text.answerStream(request.prompt(), request.stops(), prompt),
                StreamDecoder.ofContinuation(text.tokenizer()));
        proposer = Proposer.of(request.speculation().orElse(defaults.speculation()));
        deadlineNanos = request.deadline().map(Duration::toNanos).orElse(Long.MAX_VALUE);
        if (request.maxTokens().orElse(1) == 0) {
            finish = FinishReason.LENGTH;
        }
    }

    EventLog log() {
        return log;
    }

    CompletableFuture<GenerationResult> result() {
        return result;
    }

    /** Ends it with the present step. */
    void cancel() {
        cancelled = true;
    }

    /**
     * The handle of whoever asked for it.
     *
     * @param wake called after {@link GenerationHandle#cancel}, so that the scheduler looks
     */
    public GenerationHandle handle(Runnable wake) {
        return new LoggedGeneration(log, result, () -> {
            cancel();
            wake.run();
        });
    }

    @Override
    public TokenList ids() {
        return ids;
    }

    @Override
    public InputRows input() {
        return input;
    }

    @Override
    public int reusable() {
        return ids.size() - 1;
    }

    @Override
    public boolean wanted(int index) {
        return index == ids.size() - 1;
    }

    @Override
    public int greatest() {
        return draw.greatest();
    }

    @Override
    public boolean acceptGreatest(int index, MemorySegment greatest) {
        int id = draw.fromGreatest(greatest);
        if (id == Sampler.NONE) {
            return false;
        }
        take(id);
        return true;
    }

    @Override
    public void accept(int index, MemorySegment logits) {
        take(draw.from(logits));
    }

    private void take(int chosen) {
        if (answer.tokens() == 0) {
            promptedNanos = System.nanoTime();
        }
        add(chosen);
        addAll(finish == null ? draw.forced() : NONE);
        addAll(finish == null ? draw.ending() : NONE);
    }

    private void addAll(int[] certain) {
        for (int id : certain) {
            if (finish != null) {
                return;
            }
            add(id);
        }
    }

    private void add(int id) {
        ids.add(id);
        answer.token(id, draw.logprobs());
        if (vocabulary.isEndOfGeneration(id) && !request.ignoreEnd()) {
            finish = FinishReason.STOP;
            return;
        }
        draw.take(id);
        if (answer.read(id)) {
            finish = FinishReason.STOP;
        } else if (answer.tokens() >= request.maxTokens().orElse(Integer.MAX_VALUE)) {
            finish = FinishReason.LENGTH;
        } else if (ids.size() > mostTokens) {
            finish = FinishReason.CONTEXT_FULL;
        }
    }

    @Override
    public int[] propose(int most) {
        return proposer.propose(ids, most);
    }

    @Override
    public void judged(int proposed, int accepted) {
        proposer.judged(proposed, accepted);
    }

    @Override
    public int[] borders() {
        return borders;
    }

    @Override
    public boolean over() {
        return finish != null || cancelled() || late();
    }

    private boolean cancelled() {
        return cancelled || cancelledElsewhere.getAsBoolean();
    }

    private boolean late() {
        return System.nanoTime() - asked >= deadlineNanos;
    }

    @Override
    public void progressed(int done, int there) {
        if (beganNanos == 0) {
            beganNanos = System.nanoTime();
        }
        cached = there;
        if (read < prompt.length) {
            read = Math.min(done, prompt.length);
            log.add(new GenerationEvent.PromptProgress(read, prompt.length, cached, System.nanoTime() - asked));
            log.publish();
        }
    }

    @Override
    public void flush() {
        log.publish();
    }

    @Override
    public void left(@Nullable Throwable failure) {
        if (failure != null) {
            log.end(failure);
            result.completeExceptionally(failure);
            return;
        }
        FinishReason reason = finish;
        if (reason == null) {
            reason = cancelled() ? FinishReason.CANCELLED : FinishReason.DEADLINE;
        }
        try {
            answer.finish();
            GenerationResult all = result(reason);
            log.end(null);
            result.complete(all);
        } catch (RuntimeException | Error e) {
            log.end(e);
            result.completeExceptionally(e);
        }
    }

    private GenerationResult result(FinishReason reason) {
        long end = System.nanoTime();
        long began = beganNanos == 0 ? end : beganNanos;
        long prompted = answer.tokens() == 0 ? end : promptedNanos;
        Timings timings =
                new Timings(cached, Math.max(0, read - cached), prompted - began, answer.tokens(), end - prompted);
        boolean called = reason == FinishReason.STOP && !answer.calls().isEmpty();
        return new GenerationResult(
                prompt,
                answer.ids(),
                answer.text(),
                answer.reasoning(),
                answer.calls(),
                called ? FinishReason.TOOL_CALLS : reason,
                answer.matchedStop().orElse(null),
                answer.logprobs(),
                timings);
    }
}
