package io.jgemma.cli.options;

import io.jgemma.cli.io.UsageException;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.sample.SamplerOptions;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What an answer may be. */
public final class AnswerOptions {

    private static final int NO_LIMIT = -1;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Option(
            names = {"-n", "--predict", "--n-predict"},
            paramLabel = "N",
            defaultValue = "-1",
            converter = SizeConverter.class,
            description = "Tokens to generate at most; -1 = until the model ends or the context is full. Default: -1.")
    private int maxTokens = -1;

    @Option(names = "--ignore-eos", description = "Go on where the model would end, until -n or the context does.")
    private boolean ignoreEnd;

    @Option(
            names = {"-r", "--reverse-prompt", "--stop"},
            paramLabel = "TEXT",
            description = "Text that ends an answer and is not part of it. May be repeated.")
    private List<String> stops = List.of();

    /** Tokens to generate at most; -1 = no limit. */
    public int maxTokens() {
        check();
        return maxTokens;
    }

    /** Refuses what makes no sense, before a model is loaded for it. */
    public void check() {
        if (maxTokens < NO_LIMIT) {
            throw new UsageException("-n " + maxTokens + " is out of range; -1 stands for no limit");
        }
        sampling.over(SamplerOptions.builder().build());
    }

    /** Texts that end an answer. */
    public List<String> stops() {
        return stops.stream().filter(stop -> !stop.isEmpty()).toList();
    }

    /**
     * How tokens are chosen.
     *
     * @param model how they are where nothing else was asked for: {@link io.jgemma.engine.Engine#defaultSampling}
     */
    public SamplerOptions sampling(SamplerOptions model) {
        return sampling.over(model);
    }

    /** A request that obeys all of it; {@code chosen} is what {@link #sampling} said. */
    public GenerationRequest request(Prompt prompt, SamplerOptions chosen) {
        GenerationRequest.Builder request =
                GenerationRequest.builder(prompt).sampling(chosen).stops(stops());
        if (maxTokens >= 0) {
            request.maxTokens(maxTokens);
        }
        return request.ignoreEnd(ignoreEnd).build();
    }
}
