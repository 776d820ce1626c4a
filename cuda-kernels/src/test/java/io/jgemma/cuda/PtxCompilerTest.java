package io.jgemma.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.cuda.kernels.KernelImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Every kernel that ships goes through NVIDIA's own compiler of CUDA 12.0 for each generation of GPUs: no spills, and a
 * block fits its registers and shared memory. {@code docs/bench/ptx.md} is what it said.
 */
@EnabledOnOs(
        value = OS.LINUX,
        architectures = "amd64",
        disabledReason = "JCuda's PTX compiler is tried on Linux on x86-64")
class PtxCompilerTest {
    private static final List<Integer> CAPABILITIES = List.of(75, 80, 86, 89, 90);
    private static final int REGISTERS = 65536;
    private static final int SHARED_BYTES = 48 * 1024;
    private static final Path TABLE = Path.of("../docs/bench/ptx.md");

    private static final Pattern ENTRY = Pattern.compile("\\.entry ");

    private static final Pattern FUNCTION = Pattern.compile(
            "Compiling entry function '(\\w+)' for '(sm_\\d+)'[\\s\\S]*?(\\d+) bytes stack frame, (\\d+) bytes spill stores,"
                    + " (\\d+) bytes spill loads[\\s\\S]*?Used (\\d+) registers(?:, used \\d+ barriers)?(?:, (\\d+) bytes smem)?");

    @SuppressWarnings("unchecked")
    private static BinaryOperator<String> compiler() throws ReflectiveOperationException {
        return (BinaryOperator<String>) NativesLoader.create()
                .loadClass("io.jgemma.cuda.jcuda.PtxCompiler")
                .getDeclaredConstructor()
                .newInstance();
    }

    @Test
    void kernelsCompileWithoutSpills() throws ReflectiveOperationException, IOException {
        BinaryOperator<String> compiler = compiler();
        StringBuilder table = new StringBuilder("""
                # Kernels as the PTX compiler of CUDA 12.0 sees them

                Made by `PtxCompilerTest`, which fails when a kernel spills or when this page is not what it finds; it leaves
                the new page in `cuda-kernels/target/ptx.md`. Registers are those of a thread; shared memory is static, of a
                block.

                | kernel | capability | threads | registers | shared memory | spills |
                |---|---|---|---|---|---|
                """);
        for (Compiled each : compileAll(compiler)) {
            List<MatchResult> functions = FUNCTION.matcher(each.log).results().toList();
            assertThat(functions)
                    .as("%s, sm_%d: %s", each.name, each.capability, each.log)
                    .hasSameSizeAs(ENTRY.matcher(each.ptx).results().toList())
                    .isNotEmpty();
            functions.forEach(f -> addRow(table, each.ptx, each.capability, f));
        }
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target/ptx.md"), table);
        assertThat(TABLE).hasContent(table.toString());
    }

    private record Compiled(String name, int capability, String ptx, String log) {}

    /** On all processors: the compiler may be called from several threads at once. */
    private static List<Compiled> compileAll(BinaryOperator<String> compiler) {
        return KernelImages.NAMES.stream()
                .flatMap(name -> CAPABILITIES.stream().map(capability -> {
                    int target = KernelImages.targetFor(capability, "sm_" + capability);
                    String ptx = new String(KernelImages.text(name, target), StandardCharsets.UTF_8);
                    return new Compiled(name, capability, ptx, "");
                }))
                .toList()
                .parallelStream()
                .map(each -> new Compiled(
                        each.name, each.capability, each.ptx, compiler.apply(each.ptx, "sm_" + each.capability)))
                .toList();
    }

    /** Checks one kernel. */
    private static void addRow(StringBuilder table, String ptx, int capability, MatchResult f) {
        String name = f.group(1);
        Matcher threads = Pattern.compile("\\.entry " + name + "\\([\\s\\S]*?\\.maxntid (\\d+)")
                .matcher(ptx);
        assertThat(threads.find()).as("%s: launch bounds", name).isTrue();
        int shared = f.group(7) == null ? 0 : Integer.parseInt(f.group(7));
        int registers = Integer.parseInt(f.group(6));
        int block = Integer.parseInt(threads.group(1));
        assertThat(f.group(4)).as("%s: spill stores", name).isEqualTo("0");
        assertThat(f.group(5)).as("%s: spill loads", name).isEqualTo("0");
        assertThat(registers * block).isLessThanOrEqualTo(REGISTERS);
        assertThat(shared).isLessThanOrEqualTo(SHARED_BYTES);
        table.append("| `%s` | %d.%d | %d | %d | %d | 0 |\n"
                .formatted(name, capability / 10, capability % 10, block, registers, shared));
    }

    /** So that the stand-in's spellings are PTX, and no dialect of its own. */
    @Test
    void snippetsOfTheOpcodeTestsArePtx() throws ReflectiveOperationException {
        assertThat(compiler().apply(OpcodeTest.module(OpcodeCases.all()), "sm_80"))
                .contains("case0");
    }
}
