package io.jgemma.cli.options;

import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import picocli.CommandLine.Option;

/** How K and V are cached. */
public final class KvOptions {

    @Option(
            names = {"-ctk", "--cache-type-k"},
            paramLabel = "TYPE",
            defaultValue = "f16",
            converter = KvTypeConverter.class,
            description = "How K is cached: f32, f16, bf16, q8_0 or q4_0. Default: ${DEFAULT-VALUE}.")
    private QuantType key = QuantTypes.F16;

    @Option(
            names = {"-ctv", "--cache-type-v"},
            paramLabel = "TYPE",
            defaultValue = "f16",
            converter = KvTypeConverter.class,
            description = "How V is cached: f32, f16, bf16, q8_0 or q4_0. Default: ${DEFAULT-VALUE}.")
    private QuantType value = QuantTypes.F16;

    /** {@code options} with both. */
    public EngineOptions applyTo(EngineOptions options) {
        return options.withKvTypes(key, value);
    }

    /** Type of K. */
    public QuantType key() {
        return key;
    }

    /** Type of V. */
    public QuantType value() {
        return value;
    }
}
