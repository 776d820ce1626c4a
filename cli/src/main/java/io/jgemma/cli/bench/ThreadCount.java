package io.jgemma.cli.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many threads compute. */
final class ThreadCount {
    private static final Pattern THREADS = Pattern.compile("(\\d+) threads?\\b");

    private ThreadCount() {}

    /**
     * The number asked for, or, where the backend chose it, the number its description tells.
     *
     * @param asked threads asked for; 0 = the backend's choice
     * @param description of the backend, e.g. {@code "CPU, vector kernels (256 bits), 2 threads"}
     * @return 0 if nobody says
     */
    static int of(int asked, String description) {
        if (asked > 0) {
            return asked;
        }
        Matcher matcher = THREADS.matcher(description);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }
}
