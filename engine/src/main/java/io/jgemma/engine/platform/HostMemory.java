package io.jgemma.engine.platform;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Memory of the machine beside the Java heap. */
public final class HostMemory {

    private static final Path LINUX = Path.of("/proc/meminfo");
    private static final String AVAILABLE = "MemAvailable:";

    // MEMORYSTATUSEX: its own length first, then the share in use; all other fields are 64 bits.
    private static final long STATUS_BYTES = 64;
    private static final long AVAILABLE_PHYSICAL = 16;

    private HostMemory() {}

    /** Bytes that programs can take without others being swapped out; empty where the system does not say. */
    public static OptionalLong availableBytes() {
        return switch (Platform.here()) {
            case WINDOWS_X86_64 -> ofWindows();
            case LINUX_X86_64, OTHER -> ofLinux();
        };
    }

    private static OptionalLong ofLinux() {
        List<String> lines;
        try {
            lines = Files.readAllLines(LINUX);
        } catch (IOException e) {
            return OptionalLong.empty();
        }
        return lines.stream()
                .filter(line -> line.startsWith(AVAILABLE))
                .map(line -> line.replaceAll("\\D", ""))
                .filter(digits -> !digits.isEmpty())
                .mapToLong(digits -> Long.parseLong(digits) * 1024)
                .findFirst();
    }

    private static OptionalLong ofWindows() {
        if (!NativeAccess.isAllowed()) {
            return OptionalLong.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(STATUS_BYTES, Long.BYTES);
            status.set(ValueLayout.JAVA_INT, 0, (int) STATUS_BYTES);
            int result = (int) new WindowsLibrary("kernel32")
                    .function("GlobalMemoryStatusEx", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                    .invokeExact(WindowsLibrary.state(arena), status);
            return result == 0
                    ? OptionalLong.empty()
                    : OptionalLong.of(status.get(ValueLayout.JAVA_LONG, AVAILABLE_PHYSICAL));
        } catch (Throwable e) {
            System.getLogger(HostMemory.class.getName())
                    .log(System.Logger.Level.DEBUG, "the system does not say how much memory is available", e);
            return OptionalLong.empty();
        }
    }
}
