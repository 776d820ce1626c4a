package io.jgemma.engine.grammar.scalar;

import io.jgemma.engine.grammar.regex.ByteSet;
import io.jgemma.engine.grammar.regex.Machine;
import org.jspecify.annotations.Nullable;

/**
 * Times of day with a leap second, {@code 08:59:60+09:00}: the second behind 23:59:59 in UTC, so that the offset follows from the
 * local time (RFC 3339, section 5.7).
 *
 * @param at characters read; digits of a fraction count as one
 * @param minutes local minutes of the day; behind the sign, minutes of the offset
 * @param day the local day, told by the day in UTC
 */
record LeapSecond(int at, int minutes, Day day) implements Machine {
    private static final String DIGITS_OF_TIME = "DD:DD:60";
    private static final String DIGITS_OF_OFFSET = "DD:DD";
    private static final int[] PLACES = {600, 60, 0, 10, 1};
    private static final int DAY = 1440;
    private static final int POINT = DIGITS_OF_TIME.length() + 1;
    private static final int FRACTION = POINT + 1;
    private static final int OFFSET = FRACTION + 1;
    private static final int END = OFFSET + DIGITS_OF_OFFSET.length();

    /** Which day it is where the clock shows the time. */
    enum Day {
        /** The day in UTC. */
        SAME,
        /** The day behind it. */
        NEXT,
        /** Either. */
        ANY
    }

    /** Before the first character. */
    static LeapSecond begin(Day day) {
        return new LeapSecond(0, 0, day);
    }

    private LeapSecond to(int next, int value) {
        return new LeapSecond(next, value, day);
    }

    @Override
    public @Nullable Machine step(int value) {
        if (at < DIGITS_OF_TIME.length()) {
            return time(value);
        }
        if (at >= OFFSET) {
            return at < END && value == expected() ? to(at + 1, at + 1 == END ? 0 : minutes) : null;
        }
        boolean digit = value >= '0' && value <= '9';
        if (digit && at != DIGITS_OF_TIME.length()) {
            return to(FRACTION, minutes);
        }
        return at == POINT ? null : behind(value);
    }

    private @Nullable Machine time(int value) {
        char form = DIGITS_OF_TIME.charAt(at);
        if (form != 'D') {
            return value == form ? to(at + 1, minutes) : null;
        }
        if (value < '0' || value > '9') {
            return null;
        }
        int next = minutes + (value - '0') * PLACES[at];
        boolean possible = next < (day == Day.NEXT ? DAY - 1 : DAY) && (at != 3 || value <= '5');
        return possible ? to(at + 1, next) : null;
    }

    /** What may stand behind the seconds, or their fraction. */
    private @Nullable Machine behind(int value) {
        return switch (value) {
            case '.' -> at == DIGITS_OF_TIME.length() ? to(POINT, minutes) : null;
            case 'Z', 'z' -> minutes == DAY - 1 && day != Day.NEXT ? to(END, 0) : null;
            case '+' ->
                day == Day.ANY || (day == Day.SAME) == (minutes == DAY - 1) ? to(OFFSET, (minutes + 1) % DAY) : null;
            case '-' -> day != Day.NEXT ? to(OFFSET, DAY - 1 - minutes) : null;
            default -> null;
        };
    }

    private int expected() {
        int place = at - OFFSET;
        if (place == 2) {
            return ':';
        }
        int part = place < 2 ? minutes / 60 : minutes % 60;
        return '0' + (place == 0 || place == 3 ? part / 10 : part % 10);
    }

    @Override
    public boolean accepts() {
        return at == END;
    }

    /** Every local time but one has an offset on each side of UTC in which it is the last minute of the day. */
    @Override
    public boolean isLive() {
        return true;
    }

    @Override
    public ByteSet alphabet() {
        ByteSet signs = ByteSet.of('+').or(ByteSet.of('-')).or(ByteSet.of('.')).or(ByteSet.of(':'));
        return ByteSet.range('0', '9').or(signs).or(ByteSet.of('Z')).or(ByteSet.of('z'));
    }
}
