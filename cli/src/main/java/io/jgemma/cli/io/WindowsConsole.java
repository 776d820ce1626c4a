package io.jgemma.cli.io;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What Windows knows of its console and Java does not tell: which streams lead to it, the arguments before they were converted to the
 * system's code page, and in which encoding it reads what is written. Where the system gives no answer, or native access is not
 * allowed, there is none here either.
 */
final class WindowsConsole {
    private static final int UTF_8 = 65001;
    private static final int ESCAPE_SEQUENCES = 4;
    private static final int FIRST_STREAM = -10; // standard input; output and error follow downwards
    private static final long MOST_BYTES = 2 << 15; // of one argument

    private WindowsConsole() {}

    /** Whether this is Windows. */
    static boolean isHere() {
        return File.separatorChar == '\\';
    }

    /** Whether file descriptor 0, 1 or 2 is a console. */
    static boolean isConsole(int descriptor) {
        return mode(descriptor) >= 0;
    }

    /** The mode of a stream's console; -1 where it has none. */
    private static int mode(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mode = arena.allocate(ValueLayout.JAVA_INT);
            MethodHandle get = function(
                    "kernel32",
                    "GetConsoleMode",
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
            return (int) get.invokeExact(stream(descriptor), mode) == 0 ? -1 : mode.get(ValueLayout.JAVA_INT, 0);
        } catch (Throwable e) {
            return -1;
        }
    }

    private static long stream(int descriptor) throws Throwable {
        return (long)
                function("kernel32", "GetStdHandle", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT))
                        .invokeExact(FIRST_STREAM - descriptor);
    }

    /**
     * Makes the console take UTF-8 and escape sequences, and give both back when the JVM ends: the setting is the console's, and
     * outlives the program.
     */
    static void takeUtf8() {
        int output = mode(1);
        int error = mode(2);
        if (output < 0 && error < 0) {
            return;
        }
        int before = outputCodePage();
        setOutputCodePage(UTF_8);
        setMode(1, output | ESCAPE_SEQUENCES, output);
        setMode(2, error | ESCAPE_SEQUENCES, error);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            setMode(1, output, output);
            setMode(2, error, error);
            setOutputCodePage(before);
        }));
    }

    private static int outputCodePage() {
        try {
            return (int) function("kernel32", "GetConsoleOutputCP", FunctionDescriptor.of(ValueLayout.JAVA_INT))
                    .invokeExact();
        } catch (Throwable e) {
            return 0;
        }
    }

    private static void setOutputCodePage(int page) {
        if (page > 0) {
            try {
                int _ = (int) function(
                                "kernel32",
                                "SetConsoleOutputCP",
                                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                        .invokeExact(page);
            } catch (Throwable e) {
                // Then letters beyond ASCII look wrong.
            }
        }
    }

    /** Sets the mode of a stream that had one. */
    private static void setMode(int descriptor, int mode, int before) {
        if (before >= 0) {
            try {
                int _ = (int) function(
                                "kernel32",
                                "SetConsoleMode",
                                FunctionDescriptor.of(
                                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT))
                        .invokeExact(stream(descriptor), mode);
            } catch (Throwable e) {
                // Then escape sequences show.
            }
        }
    }

    /** The words of the process's command line, the program first; empty where the system does not say. */
    static List<String> commandLine() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment line =
                    (MemorySegment) function("kernel32", "GetCommandLineW", FunctionDescriptor.of(ValueLayout.ADDRESS))
                            .invokeExact();
            MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment words = (MemorySegment) function(
                            "shell32",
                            "CommandLineToArgvW",
                            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                    .invokeExact(line, count);
            if (words.address() == 0) {
                return List.of();
            }
            List<String> texts = texts(words, count.get(ValueLayout.JAVA_INT, 0));
            MemorySegment _ = (MemorySegment)
                    function("kernel32", "LocalFree", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                            .invokeExact(words);
            return texts;
        } catch (Throwable e) {
            return List.of();
        }
    }

    @SuppressWarnings("restricted")
    private static List<String> texts(MemorySegment words, int count) {
        MemorySegment addresses = words.reinterpret(ValueLayout.ADDRESS.byteSize() * count);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            MemorySegment word = addresses.getAtIndex(ValueLayout.ADDRESS, i).reinterpret(MOST_BYTES);
            texts.add(word.getString(0, StandardCharsets.UTF_16LE));
        }
        return texts;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String library, String name, FunctionDescriptor type) {
        MemorySegment address =
                SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow(name);
        return Linker.nativeLinker().downcallHandle(address, type);
    }
}
