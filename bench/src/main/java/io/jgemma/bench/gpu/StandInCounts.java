package io.jgemma.bench.gpu;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Figures of the stand-in driver, where that is the driver that is found ({@code control.cpp} of its sources). */
final class StandInCounts {
    private static final ObjectMapper JSON = new ObjectMapper();
    static final String DRIVER = "libcuda.so.1";

    private final MethodHandle order;
    private final MethodHandle report;

    @SuppressWarnings("restricted")
    private StandInCounts(MemorySegment order, MemorySegment report) {
        Linker linker = Linker.nativeLinker();
        this.order = linker.downcallHandle(order, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        this.report = linker.downcallHandle(report, FunctionDescriptor.of(ValueLayout.ADDRESS));
    }

    /** Empty where the driver is a card's. */
    @SuppressWarnings("restricted")
    static Optional<StandInCounts> find() {
        SymbolLookup driver;
        try {
            driver = SymbolLookup.libraryLookup(DRIVER, Arena.global());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return driver.find("standin_order")
                .flatMap(order -> driver.find("standin_report").map(report -> new StandInCounts(order, report)));
    }

    /** Sets all figures to zero. */
    void begin() {
        try (Arena arena = Arena.ofConfined()) {
            int ignored = (int) order.invokeExact(arena.allocateFrom(""));
        } catch (Throwable e) {
            throw new IllegalStateException("the stand-in driver cannot be told to count", e);
        }
    }

    /** A line for each kernel and one for copies, each figure divided by so many calls. */
    String report(long calls) {
        JsonNode figures = read();
        StringBuilder text = new StringBuilder("the driver is a stand-in: times mean nothing, a call counts\n");
        for (Map.Entry<String, JsonNode> kernel : figures.get("kernels").properties()) {
            JsonNode counted = kernel.getValue();
            text.append(String.format(
                    Locale.ROOT,
                    "  %-28s %8.2f launches, %10.1f KiB read, %10.1f KiB written, %12.0f warp instructions%n",
                    kernel.getKey(),
                    each(counted.get("launches"), calls),
                    each(counted.get("reads").get("bytes"), calls) / 1024,
                    each(counted.get("writes").get("bytes"), calls) / 1024,
                    each(counted.get("warpInstructions"), calls)));
        }
        JsonNode copied = figures.get("copied");
        text.append(String.format(
                Locale.ROOT,
                "  copies: %.1f KiB to the device, %.1f KiB to the host; %.2f graph launches%n",
                each(copied.get("hostToDevice"), calls) / 1024,
                each(copied.get("deviceToHost"), calls) / 1024,
                each(figures.get("graphLaunches"), calls)));
        return text.toString();
    }

    /** What all kernels executed, counted a thread at a time. */
    long threadInstructions() {
        return read().get("kernels")
                .valueStream()
                .mapToLong(kernel -> kernel.get("threadInstructions").asLong())
                .sum();
    }

    private static double each(JsonNode figure, long calls) {
        return figure.asDouble() / calls;
    }

    @SuppressWarnings("restricted")
    private JsonNode read() {
        try {
            MemorySegment text = (MemorySegment) report.invokeExact();
            return JSON.readTree(text.reinterpret(Long.MAX_VALUE).getString(0));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the stand-in's report is no JSON", e);
        } catch (Throwable e) {
            throw new IllegalStateException("the stand-in driver does not report", e);
        }
    }
}
