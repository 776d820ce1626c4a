package io.jgemma.cli.model;

import io.jgemma.cli.io.Sizes;
import io.jgemma.cli.options.KvTypeConverter;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What the K/V cache of one full context takes as it is and would take otherwise.
 *
 * @param contextTokens tokens of the context
 * @param current how K and V are cached, e.g. {@code "f16"}, or {@code "f16/q4_0"} where they differ
 * @param currentBytes what that takes
 * @param others what both take in each of the usual types
 */
public record KvChoices(int contextTokens, String current, long currentBytes, List<Choice> others) {

    /** Types worth choosing between; F32 and BF16 are for comparisons. */
    private static final List<QuantType> USUAL = List.of(QuantTypes.F16, QuantTypes.Q8_0, QuantTypes.Q4_0);

    /**
     * One type for K and V.
     *
     * @param type as {@code -ctk} spells it
     * @param bytes what a full context takes
     */
    public record Choice(String type, long bytes) {}

    public KvChoices {
        others = List.copyOf(others);
    }

    /** The choices for a model. */
    public static KvChoices of(ModelSpec spec, int contextTokens, QuantType key, QuantType value) {
        List<Choice> choices = new ArrayList<>();
        for (QuantType type : USUAL) {
            choices.add(new Choice(
                    KvTypeConverter.spelling(type), KvPlan.of(spec, type, type).bytes(contextTokens)));
        }
        String current = KvTypeConverter.spelling(key) + (key == value ? "" : "/" + KvTypeConverter.spelling(value));
        return new KvChoices(contextTokens, current, KvPlan.of(spec, key, value).bytes(contextTokens), choices);
    }

    /** One sentence for people: what it takes now and what each other choice would save. */
    public String sentence() {
        String rest = others.stream()
                .filter(choice -> !choice.type.equals(current))
                .map(this::compared)
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "K/V %s takes %s for %d tokens; %s (-ctk, -ctv)",
                current,
                Sizes.bytes(currentBytes),
                contextTokens,
                rest);
    }

    private String compared(Choice choice) {
        long saved = currentBytes - choice.bytes;
        String difference = saved >= 0 ? "saves " + Sizes.bytes(saved) : "takes " + Sizes.bytes(-saved) + " more";
        return choice.type + " " + difference;
    }

    /** Bytes that a token takes in pages in one layer; of layers that differ, the first. */
    public static double layerBytes(ModelSpec spec, QuantType key, QuantType value) {
        KvLayout layout = KvPlan.of(spec, key, value).groups().getFirst();
        return layout.tokenBytes() / layout.layers();
    }
}
