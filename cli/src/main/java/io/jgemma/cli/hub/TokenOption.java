package io.jgemma.cli.hub;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The token for Hugging Face. */
public final class TokenOption {

    @Option(
            names = {"-hft", "--hf-token"},
            paramLabel = "TOKEN",
            description = "Token for Hugging Face. Default: the variable HF_TOKEN.")
    private @Nullable String token;

    /** The token given; empty = that of the environment. */
    public Optional<String> token() {
        return Optional.ofNullable(token);
    }
}
