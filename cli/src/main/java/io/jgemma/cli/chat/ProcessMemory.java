package io.jgemma.cli.chat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** What the operating system says about this process's memory. */
final class ProcessMemory {
    private ProcessMemory() {}

    /** Most bytes of physical memory the process ever had, mapped files included; Linux only. */
    static OptionalLong peakResidentBytes() {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return OptionalLong.empty();
        }
        try {
            return peakResidentBytes(Files.readAllLines(status));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Reads {@code VmHWM: 123456 kB}. */
    static OptionalLong peakResidentBytes(List<String> status) {
        return status.stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .map(line -> line.replaceAll("\\D", ""))
                .filter(digits -> !digits.isEmpty())
                .mapToLong(digits -> Long.parseLong(digits) * 1024)
                .findFirst();
    }

    /** Bytes of Java's heap in use. */
    static long heapBytes() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
