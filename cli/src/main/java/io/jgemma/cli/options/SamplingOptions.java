package io.jgemma.cli.options;

import io.jgemma.cli.io.UsageException;
import io.jgemma.engine.sample.SamplerOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How tokens are chosen. What is not given stays as the model's makers recommend. */
public final class SamplingOptions {

    @Option(
            names = "--temp",
            paramLabel = "X",
            description = "Temperature; 0 = always the likeliest token. Default: 1.0.")
    private @Nullable Float temperature;

    @Option(names = "--top-k", paramLabel = "N", description = "Keep the N likeliest tokens; 0 = all. Default: 64.")
    private @Nullable Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "X",
            description = "Keep the likeliest tokens that reach this probability together; 1 = all. Default: 0.95.")
    private @Nullable Float topP;

    @Option(
            names = "--min-p",
            paramLabel = "X",
            description = "Keep tokens at least this likely, compared with the likeliest; 0 = all. Default: 0.")
    private @Nullable Float minP;

    @Option(
            names = {"--typical", "--typical-p"},
            paramLabel = "X",
            description = "Locally typical sampling with this probability; 1 = off. Default: 1.")
    private @Nullable Float typical;

    @Option(
            names = "--repeat-penalty",
            paramLabel = "X",
            description = "Divides the logits of tokens that came already; 1 = off. Default: 1.")
    private @Nullable Float repeatPenalty;

    @Option(
            names = "--repeat-last-n",
            paramLabel = "N",
            converter = SizeConverter.class,
            description = "How many last tokens penalties look at; 0 = none, -1 = all. Default: 64.")
    private @Nullable Integer repeatLastN;

    @Option(
            names = "--presence-penalty",
            paramLabel = "X",
            description = "Taken from the logits of tokens that came already. Default: 0.")
    private @Nullable Float presencePenalty;

    @Option(
            names = "--frequency-penalty",
            paramLabel = "X",
            description = "Taken from the logits of tokens once for each time they came. Default: 0.")
    private @Nullable Float frequencyPenalty;

    @Option(
            names = {"-l", "--logit-bias"},
            paramLabel = "ID(+/-)BIAS",
            converter = LogitBias.Converter.class,
            description = "Added to a token's logit, e.g. 15043+1 or 15043-inf. May be repeated.")
    private List<LogitBias> logitBias = List.of();

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "Same seed, same text; -1 = another one each time. Default: -1.")
    private @Nullable Long seed;

    /**
     * {@code base} with everything given on the command line.
     *
     * @throws UsageException when a value is out of range
     */
    public SamplerOptions over(SamplerOptions base) {
        try {
            return merged(base);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private SamplerOptions merged(SamplerOptions base) {
        Map<Integer, Float> biases = new HashMap<>(base.logitBias());
        logitBias.forEach(bias -> biases.put(bias.token(), bias.bias()));
        return base.toBuilder()
                .temperature(temperature == null ? base.temperature() : temperature)
                .topK(topK == null ? base.topK() : topK)
                .topP(topP == null ? base.topP() : topP)
                .minP(minP == null ? base.minP() : minP)
                .typicalP(typical == null ? base.typicalP() : typical)
                .repeatPenalty(repeatPenalty == null ? base.repeatPenalty() : repeatPenalty)
                .repeatLastN(repeatLastN == null ? base.repeatLastN() : repeatLastN)
                .presencePenalty(presencePenalty == null ? base.presencePenalty() : presencePenalty)
                .frequencyPenalty(frequencyPenalty == null ? base.frequencyPenalty() : frequencyPenalty)
                .logitBias(biases)
                .seed(seed == null ? base.seed() : seed)
                .build();
    }
}
