package io.jgemma.server.models;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a model stays loaded.
 *
 * @param time after its last request; empty = always
 */
public record Stay(Optional<Duration> time) {
    private static final Pattern DURATION = Pattern.compile("(-?[0-9]{1,9})(ms|s|m|h|)");

    /** Reads {@code 90} and {@code 90s}, {@code 10m}, {@code 1h}; below 0 is always. Empty when it is none of them. */
    public static Optional<Stay> parse(String text) {
        Matcher matcher = DURATION.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long amount = Long.parseLong(matcher.group(1));
        if (amount < 0) {
            return Optional.of(new Stay(Optional.empty()));
        }
        Duration time = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofSeconds(amount);
        };
        return Optional.of(new Stay(Optional.of(time)));
    }
}
