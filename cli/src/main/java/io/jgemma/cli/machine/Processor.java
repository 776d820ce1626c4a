package io.jgemma.cli.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The processor's name for reports. */
public final class Processor {
    private Processor() {}

    /** As Linux or Windows tells it, else the architecture's name. */
    public static String name() {
        String ofWindows = System.getenv("PROCESSOR_IDENTIFIER");
        if (ofWindows != null) {
            return ofWindows;
        }
        Path info = Path.of("/proc/cpuinfo");
        if (Files.isReadable(info)) {
            try {
                Optional<String> name = name(Files.readAllLines(info));
                if (name.isPresent()) {
                    return name.get();
                }
            } catch (IOException e) {
                return System.getProperty("os.arch");
            }
        }
        return System.getProperty("os.arch");
    }

    /** Reads {@code model name : NAME}. */
    static Optional<String> name(List<String> info) {
        return info.stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .filter(name -> !name.isEmpty())
                .findFirst();
    }
}
