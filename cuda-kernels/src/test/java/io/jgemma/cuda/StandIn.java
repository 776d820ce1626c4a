package io.jgemma.cuda;

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
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A driver without a GPU, which runs the PTX that ships: built from {@code src/test/cpp} by the machine's g++, loaded before
 * JCuda looks for the real one. One for the whole process; each test begins it anew. A test is skipped where there is no g++.
 */
@SuppressWarnings("restricted")
public final class StandIn {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MethodHandle begin;
    private final MethodHandle order;
    private final MethodHandle report;
    private final MethodHandle spellings;

    private static final class Loaded {
        static final StandInBuild.Result BUILD = StandInBuild.build();
        static final StandIn INSTANCE = BUILD.library().map(StandIn::new).orElse(null);
    }

    private StandIn(Path library) {
        SymbolLookup entries = SymbolLookup.libraryLookup(library, Arena.global());
        begin = handle(entries, "standin_begin", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        order = handle(entries, "standin_order", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        report = handle(entries, "standin_report", FunctionDescriptor.of(ValueLayout.ADDRESS));
        spellings = handle(entries, "standin_spellings", FunctionDescriptor.of(ValueLayout.ADDRESS));
    }

    /**
     * A driver as new.
     *
     * @param settings e.g. {@code "devices=2 streams=random"}; see {@code control.cpp}
     */
    public static StandIn begin(String settings) {
        StandIn standIn = Loaded.INSTANCE;
        Assumptions.assumeTrue(standIn != null, () -> Loaded.BUILD.reason());
        standIn.tell(standIn.begin, settings);
        return standIn;
    }

    /** The same beside a cuBLAS; from then on the process has one. */
    public static StandIn beginWithCublas(String settings) {
        StandIn standIn = begin(settings);
        SymbolLookup.libraryLookup(Loaded.BUILD.cublas(), Arena.global());
        return standIn;
    }

    /** Changes settings and sets all figures to zero; memory and handles stay. */
    public void order(String settings) {
        tell(order, settings);
    }

    /** Figures since the beginning or the last order. */
    public JsonNode report() {
        try {
            return JSON.readTree(text(report));
        } catch (JsonProcessingException e) {
            throw new AssertionError("the stand-in's report is no JSON", e);
        }
    }

    /** Every opcode that the machine knows. */
    public List<String> spellings() {
        return text(spellings).lines().toList();
    }

    /** What the driver found wrong. */
    public List<String> faults() {
        return report().get("faults").valueStream().map(JsonNode::asText).toList();
    }

    /** Counters of one kernel. */
    public JsonNode kernel(String name) {
        return report().get("kernels").get(name);
    }

    /** Counters of the allocation of device 0 that begins at an address. */
    public JsonNode allocation(long address) {
        return report().get("devices")
                .get(0)
                .get("allocations")
                .valueStream()
                .filter(each -> each.get("address").asLong() == address)
                .findFirst()
                .orElseThrow();
    }

    private void tell(MethodHandle entry, String settings) {
        try (Arena arena = Arena.ofConfined()) {
            int code = (int) entry.invokeExact(arena.allocateFrom(settings));
            if (code != 0) {
                throw new IllegalArgumentException("the stand-in does not understand: " + settings);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static String text(MethodHandle entry) {
        try {
            return ((MemorySegment) entry.invokeExact())
                    .reinterpret(Long.MAX_VALUE)
                    .getString(0);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static MethodHandle handle(SymbolLookup entries, String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(entries.find(name).orElseThrow(), type);
    }
}
