package io.jgemma.cli.options;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether a model that can reason does so before it answers, and how much: variables that chat templates read. */
public enum Thinking {
    ON,
    OFF,
    LOW,
    MEDIUM,
    HIGH;

    private static final String SWITCH = "enable_thinking";
    private static final String EFFORT = "reasoning_effort";

    /** What may be typed. */
    public static final String NAMES = Arrays.stream(values())
            .map(thinking -> thinking.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));

    /** What a word says; empty if it is none of {@link #NAMES}. */
    public static Optional<Thinking> of(String word) {
        return Arrays.stream(values())
                .filter(thinking -> thinking.name().equalsIgnoreCase(word))
                .findFirst();
    }

    /** Variables of the template. */
    public Map<String, Object> variables() {
        return switch (this) {
            case ON -> Map.of(SWITCH, true);
            case OFF -> Map.of(SWITCH, false);
            case LOW, MEDIUM, HIGH -> Map.of(SWITCH, true, EFFORT, name().toLowerCase(Locale.ROOT));
        };
    }

    /** Whether a template reads one of the variables. */
    public boolean isKnownTo(String templateSource) {
        return variables().keySet().stream().anyMatch(templateSource::contains);
    }
}
