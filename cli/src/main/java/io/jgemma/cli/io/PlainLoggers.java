package io.jgemma.cli.io;

import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Log messages as lines on standard error, without time and class: warnings and errors of everybody, and what jgemma itself
 * tells at level INFO.
 */
public final class PlainLoggers extends System.LoggerFinder {
    private static final String OWN = "io.jgemma.";

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new PlainLogger(name);
    }

    private record PlainLogger(String name) implements System.Logger {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            Level least = name.startsWith(OWN) ? Level.INFO : Level.WARNING;
            return level != Level.OFF && level.getSeverity() >= least.getSeverity();
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String message, @Nullable Throwable thrown) {
            if (isLoggable(level)) {
                System.err.println(line(level, message));
                if (thrown != null) {
                    thrown.printStackTrace(System.err);
                }
            }
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String format, @Nullable Object... values) {
            if (isLoggable(level)) {
                boolean plain = values == null || values.length == 0 || format == null;
                System.err.println(line(level, plain ? format : MessageFormat.format(format, values)));
            }
        }

        private static String line(Level level, @Nullable String message) {
            String prefix = level == Level.INFO ? "" : level.name().toLowerCase(Locale.ROOT) + ": ";
            return prefix + message;
        }
    }
}
