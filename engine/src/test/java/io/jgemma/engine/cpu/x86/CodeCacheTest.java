package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.AssemblyException;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.CpuFeatures;
import io.jgemma.engine.cpu.x86.assembler.Cpuid;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class CodeCacheTest {

    /** Readable and executable, not writable. */
    private static final String EXECUTABLE = "r-xp";

    @BeforeEach
    void needsTheMachine() {
        assumeTrue(X86Support.find().features().isPresent(), "no assembled kernels on this machine");
    }

    /** {@code *argument += value}. */
    private static byte[] adding(int value) {
        Assembler a = new Assembler();
        a.mov(Gp.RAX, Mem.at(Gp.RDI))
                .add(Gp.RAX, value)
                .mov(Mem.at(Gp.RDI), Gp.RAX)
                .ret();
        return a.finish();
    }

    @Test
    void routinesAreFoundByNameAndRun() {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (int i = 0; i < 200; i++) {
            codes.put("add" + i, adding(i));
        }
        try (CodeCache code = CodeCache.load(codes);
                Arena arena = Arena.ofConfined()) {
            MemorySegment cell = arena.allocate(8, 8);
            for (int i = 0; i < 200; i++) {
                code.routine("add" + i).call(cell.address());
            }
            assertThat(cell.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(199 * 200 / 2);
            assertThatThrownBy(() -> code.routine("add200")).isInstanceOf(AssemblyException.class);
        }
    }

    @Test
    void pagesAreNeverWritableAndExecutableAtOnce() throws Throwable {
        try (CodeCache code = CodeCache.load(Map.of("add", adding(1)))) {
            assertThat(protectionOf(code.pages().address())).isEqualTo(EXECUTABLE);
        }
    }

    @Test
    void closingGivesThePagesBack() throws Throwable {
        CodeCache code = CodeCache.load(Map.of("add", adding(1)));
        long address = code.pages().address();
        code.close();
        code.close();
        assertThat(protectionOf(address)).isNotEqualTo(EXECUTABLE);
    }

    private static String protectionOf(long address) throws Throwable {
        return Platform.here() == Platform.WINDOWS_X86_64 ? ofWindows(address) : ofLinux(address);
    }

    /** {@code VirtualQuery}: of its MEMORY_BASIC_INFORMATION the protection, where the pages are there. */
    @SuppressWarnings("restricted")
    private static String ofWindows(long address) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment query = SymbolLookup.libraryLookup("kernel32", arena).findOrThrow("VirtualQuery");
            FunctionDescriptor type = FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
            MemorySegment information = arena.allocate(48, 8);
            assertThat((long) Linker.nativeLinker()
                            .downcallHandle(query, type)
                            .invokeExact(address, information, information.byteSize()))
                    .isEqualTo(information.byteSize());
            return information.get(ValueLayout.JAVA_INT, 36) == 0x20 ? EXECUTABLE : "another";
        }
    }

    private static String ofLinux(long address) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/self/maps"));
        for (String line : lines) {
            String[] range = line.substring(0, line.indexOf(' ')).split("-", 2);
            if (Long.parseUnsignedLong(range[0], 16) <= address && address < Long.parseUnsignedLong(range[1], 16)) {
                return line.split(" ", 3)[1];
            }
        }
        return "";
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theProcessorsAnswersAreThoseOfTheSystem() throws IOException {
        String flags = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .orElseThrow();
        List<String> names = List.of(flags.split("\\s+"));
        CpuFeatures features = Cpuid.features();
        assertThat(features.avx2()).isEqualTo(names.containsAll(List.of("avx2", "fma", "f16c")));
        assertThat(features.avxVnni()).isEqualTo(names.contains("avx_vnni"));
        assertThat(features.avx512Vnni())
                .isEqualTo(names.containsAll(List.of("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni")));
    }
}
