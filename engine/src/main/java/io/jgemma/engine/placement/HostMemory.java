package io.jgemma.engine.placement;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Memory of the machine beside the Java heap. */
final class HostMemory {

    private static final Path LINUX = Path.of("/proc/meminfo");
    private static final String AVAILABLE = "MemAvailable:";

    private HostMemory() {}

    /** Bytes that programs can take without others being swapped out; empty where the system does not say. */
    static OptionalLong availableBytes() {
        try {
            for (String line : Files.readAllLines(LINUX)) {
                if (line.startsWith(AVAILABLE)) {
                    String kilobytes =
                            line.substring(AVAILABLE.length()).replace("kB", "").strip();
                    return OptionalLong.of(Long.parseLong(kilobytes) * 1024);
                }
            }
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }
}
