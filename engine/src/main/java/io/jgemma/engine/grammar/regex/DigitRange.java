package io.jgemma.engine.grammar.regex;

/** Numbers of a range, written in a fixed number of digits to a base 2^bits. */
final class DigitRange {
    private final RegexStore store;
    private final int bits;
    private final Digits digits;

    /** The bytes that stand for digits. */
    @FunctionalInterface
    interface Digits {
        /** Bytes for the digits from {@code low} to {@code high}, {@code place} digits before the last. */
        ByteSet of(int low, int high, int place);
    }

    /**
     * @param bits bits of a digit; the first digit may be greater
     */
    DigitRange(RegexStore store, int bits, Digits digits) {
        this.store = store;
        this.bits = bits;
        this.digits = digits;
    }

    /** Hexadecimal digits of either case. */
    static DigitRange hex(RegexStore store) {
        return new DigitRange(store, 4, (low, high, place) -> {
            ByteSet set = ByteSet.range('0' + low, '0' + Math.min(high, 9));
            for (int digit = Math.max(low, 10); digit <= high; digit++) {
                set = set.or(ByteSet.of('a' + digit - 10)).or(ByteSet.of('A' + digit - 10));
            }
            return set;
        });
    }

    /** The numbers from {@code low} to {@code high} in {@code count} digits. */
    Regex of(int low, int high, int count) {
        int place = count - 1;
        int shift = bits * place;
        int first = low >> shift;
        int last = high >> shift;
        if (place == 0) {
            return digit(first, last, 0);
        }
        int mask = (1 << shift) - 1;
        int lowRest = low & mask;
        int highRest = high & mask;
        if (first == last) {
            return store.concat(digit(first, first, place), of(lowRest, highRest, place));
        }
        Regex regex = store.empty();
        if (lowRest > 0) {
            regex = store.concat(digit(first, first, place), of(lowRest, mask, place));
            first++;
        }
        if (highRest < mask) {
            regex = store.or(regex, store.concat(digit(last, last, place), of(0, highRest, place)));
            last--;
        }
        if (first <= last) {
            regex = store.or(regex, store.concat(digit(first, last, place), of(0, mask, place)));
        }
        return regex;
    }

    private Regex digit(int low, int high, int place) {
        return store.bytes(digits.of(low, high, place));
    }
}
