package io.jgemma.cli.options;

import io.jgemma.cli.io.UsageException;
import io.jgemma.engine.sample.SamplerOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How tokens are chosen. What is not given stays as it is in the options that these are laid over. */
public final class SamplingOptions {

    @Option(
            names = {"--temp", "--temperature"},
            paramLabel = "X",
            description = "Temperature; 0 = always the most likely token. Default: the model's.")
    private @Nullable Float temperature;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            description = "Keep the N most likely tokens; 0 = all. Default: the model's.")
    private @Nullable Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "X",
            description =
                    "Keep the most likely tokens whose probabilities add up to this; 1 = all. Default: the model's.")
    private @Nullable Float topP;

    @Option(
            names = "--min-p",
            paramLabel = "X",
            description =
                    "Keep tokens with at least this fraction of the most likely token's probability; 0 = all. Default: the model's.")
    private @Nullable Float minP;

    @Option(
            names = {"--typical", "--typical-p"},
            paramLabel = "X",
            description = "Locally typical sampling with this probability; 1 = off. Default: 1.")
    private @Nullable Float typical;

    @Option(
            names = "--repeat-penalty",
            paramLabel = "X",
            description = "Divides the logits of tokens that have occurred; 1 = off. Default: the model's.")
    private @Nullable Float repeatPenalty;

    @Option(
            names = "--repeat-last-n",
            paramLabel = "N",
            converter = SizeConverter.class,
            description = "How many last tokens penalties look at; 0 = none, -1 = all. Default: the model's.")
    private @Nullable Integer repeatLastN;

    @Option(
            names = "--presence-penalty",
            paramLabel = "X",
            description = "Subtracted from the logits of tokens that have occurred. Default: 0.")
    private @Nullable Float presencePenalty;

    @Option(
            names = "--frequency-penalty",
            paramLabel = "X",
            description = "Subtracted from the logits of tokens once for each occurrence. Default: 0.")
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
     * @throws UsageException when a value is out of range; it names the flag
     */
    public SamplerOptions over(SamplerOptions base) {
        SamplerOptions options = with(base, "--temp", temperature, SamplerOptions::withTemperature);
        options = with(options, "--top-k", topK, SamplerOptions::withTopK);
        options = with(options, "--top-p", topP, SamplerOptions::withTopP);
        options = with(options, "--min-p", minP, SamplerOptions::withMinP);
        options = with(options, "--typical", typical, SamplerOptions::withTypicalP);
        options = with(options, "--repeat-penalty", repeatPenalty, SamplerOptions::withRepeatPenalty);
        options = with(options, "--repeat-last-n", repeatLastN, SamplerOptions::withRepeatLastN);
        options = with(options, "--presence-penalty", presencePenalty, SamplerOptions::withPresencePenalty);
        options = with(options, "--frequency-penalty", frequencyPenalty, SamplerOptions::withFrequencyPenalty);
        Map<Integer, Float> biases = new HashMap<>(base.logitBias());
        logitBias.forEach(bias -> biases.put(bias.token(), bias.bias()));
        options = with(options, "--logit-bias", biases, SamplerOptions::withLogitBias);
        return with(options, "--seed", seed, SamplerOptions::withSeed);
    }

    /** The engine says what is wrong of a property, by its name; here it goes by the flag's. */
    private static <T> SamplerOptions with(
            SamplerOptions options,
            String flag,
            @Nullable T value,
            BiFunction<SamplerOptions, T, SamplerOptions> change) {
        if (value == null) {
            return options;
        }
        try {
            return change.apply(options, value);
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            throw new UsageException(flag + message.substring(Math.max(0, message.indexOf(' '))));
        }
    }
}
