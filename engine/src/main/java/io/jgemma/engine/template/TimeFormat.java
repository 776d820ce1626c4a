package io.jgemma.engine.template;

import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code strftime} in the C locale, for a time without a zone. */
final class TimeFormat {
    /** What a directive costs, in characters looked at. */
    private static final int DIRECTIVE_WORK = 256;

    private TimeFormat() {}

    static String format(Meter meter, String format, LocalDateTime time) {
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < format.length()) {
            char c = format.charAt(i++);
            if (c != '%' || i == format.length()) {
                out.append(c);
                continue;
            }
            int start = i - 1;
            char flag = 0;
            if ("-_0^#".indexOf(format.charAt(i)) >= 0 && i + 1 < format.length()) {
                flag = format.charAt(i++);
            }
            String field = field(meter, format.charAt(i++), time);
            out.append(field == null ? format.substring(start, i) : flagged(field, flag));
            meter.work(DIRECTIVE_WORK);
            meter.limit(out.length());
        }
        return out.toString();
    }

    private static String flagged(String field, char flag) {
        boolean number = Text.all(field, Literals::isDigit);
        return switch (flag) {
            case '^', '#' -> Text.upper(field);
            case '-' -> {
                String stripped = Text.strip(field, "0 ", true, false);
                yield number || field.startsWith(" ") ? (stripped.isEmpty() ? "0" : stripped) : field;
            }
            case '_' -> {
                String stripped = Text.strip(field, "0", true, false);
                String digits = stripped.isEmpty() ? "0" : stripped;
                yield number ? " ".repeat(field.length() - digits.length()) + digits : field;
            }
            case '0' -> field.replace(' ', '0');
            default -> field;
        };
    }

    /** One directive, or null if there is none of that name. */
    private static @Nullable String field(Meter meter, char directive, LocalDateTime time) {
        DayOfWeek day = time.getDayOfWeek();
        return switch (directive) {
            case 'a' -> day.getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'A' -> day.getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'w' -> Integer.toString(day.getValue() % 7);
            case 'u' -> Integer.toString(day.getValue());
            case 'd' -> two(time.getDayOfMonth());
            case 'e' -> String.format(Locale.ROOT, "%2d", time.getDayOfMonth());
            case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'm' -> two(time.getMonthValue());
            case 'y' -> two(time.getYear() % 100);
            case 'Y' -> Integer.toString(time.getYear());
            case 'C' -> two(time.getYear() / 100);
            case 'H' -> two(time.getHour());
            case 'k' -> String.format(Locale.ROOT, "%2d", time.getHour());
            case 'I' -> two(hour12(time));
            case 'l' -> String.format(Locale.ROOT, "%2d", hour12(time));
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'P' -> time.getHour() < 12 ? "am" : "pm";
            case 'M' -> two(time.getMinute());
            case 'S' -> two(time.getSecond());
            case 'f' -> String.format(Locale.ROOT, "%06d", time.getNano() / 1000);
            case 'j' -> String.format(Locale.ROOT, "%03d", time.getDayOfYear());
            case 'U' -> two(week(time, DayOfWeek.SUNDAY));
            case 'W' -> two(week(time, DayOfWeek.MONDAY));
            case 'V' -> two(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'G' -> Integer.toString(time.get(IsoFields.WEEK_BASED_YEAR));
            case 'g' -> two(time.get(IsoFields.WEEK_BASED_YEAR) % 100);
            case 'z', 'Z' -> "";
            case 'c' -> format(meter, "%a %b %e %H:%M:%S %Y", time);
            case 'x', 'D' -> format(meter, "%m/%d/%y", time);
            case 'X', 'T' -> format(meter, "%H:%M:%S", time);
            case 'F' -> format(meter, "%Y-%m-%d", time);
            case 'R' -> format(meter, "%H:%M", time);
            case 'r' -> format(meter, "%I:%M:%S %p", time);
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            default -> null;
        };
    }

    private static String two(int value) {
        return String.format(Locale.ROOT, "%02d", value);
    }

    private static int hour12(LocalDateTime time) {
        return (time.getHour() + 11) % 12 + 1;
    }

    /** Weeks of the year counted from its first {@code firstDay}; the days before are week 0. */
    private static int week(LocalDateTime time, DayOfWeek firstDay) {
        long sinceFirstDay = Math.floorMod(time.getDayOfWeek().getValue() - firstDay.getValue(), 7);
        LocalDateTime weekStart = time.truncatedTo(ChronoUnit.DAYS).minusDays(sinceFirstDay);
        return weekStart.getYear() < time.getYear() ? 0 : (weekStart.getDayOfYear() - 1) / 7 + 1;
    }
}
