package io.jgemma.cli.io;

import java.util.Locale;

/** Sizes for people. */
public final class Sizes {
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    private Sizes() {}

    /** Bytes in the largest binary unit that leaves at least one, e.g. {@code "143.2 MiB"}. */
    public static String bytes(long bytes) {
        if (bytes >= GIB) {
            return String.format(Locale.ROOT, "%.2f GiB", (double) bytes / GIB);
        }
        if (bytes >= MIB) {
            return String.format(Locale.ROOT, "%.1f MiB", (double) bytes / MIB);
        }
        if (bytes >= KIB) {
            return String.format(Locale.ROOT, "%.1f KiB", (double) bytes / KIB);
        }
        return bytes + " bytes";
    }

    /** A count in thousands, millions or billions, e.g. {@code "268.10 M"}. */
    public static String count(long count) {
        if (count >= 1_000_000_000L) {
            return String.format(Locale.ROOT, "%.2f B", count / 1e9);
        }
        if (count >= 1_000_000L) {
            return String.format(Locale.ROOT, "%.2f M", count / 1e6);
        }
        if (count >= 1_000L) {
            return String.format(Locale.ROOT, "%.2f K", count / 1e3);
        }
        return Long.toString(count);
    }
}
