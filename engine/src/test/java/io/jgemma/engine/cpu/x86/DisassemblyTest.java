package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.cpu.x86.assembler.Isa;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A disassembler reads every kernel as instructions from its first byte to its return, where objdump is installed. */
@EnabledOnOs(OS.LINUX)
class DisassemblyTest {

    private static final Path OBJDUMP = Path.of("/usr/bin/objdump");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Isa.class)
    void everyKernelIsReadToItsReturn(Isa isa) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(OBJDUMP), "objdump is not installed");
        for (Map.Entry<String, byte[]> kernel : KernelSafetyTest.codes(isa).entrySet()) {
            List<String> lines = disassemble(kernel.getValue());
            int returns = 0;
            for (String line : lines) {
                String[] fields = line.split("\t", 3);
                if (fields.length == 3) {
                    assertThat(fields[2]).as(kernel.getKey()).doesNotContain("(bad)");
                    if (!isa.isWide() && !(isa == Isa.AVX_VNNI_EVEX && fields[2].contains("vpdp"))) {
                        assertThat(fields[1])
                                .as("%s: no EVEX in %s", kernel.getKey(), line)
                                .doesNotStartWith("62 ");
                    }
                    returns += fields[2].strip().equals("ret") ? 1 : 0;
                    if (returns == 1) {
                        break;
                    }
                }
            }
            assertThat(returns).as("%s: returns", kernel.getKey()).isEqualTo(1);
            boolean wide = lines.stream().anyMatch(line -> line.contains("ymm") || line.contains("zmm"));
            assertThat(lines.stream().filter(line -> line.contains("vzeroupper")))
                    .as("%s: vzeroupper before the return", kernel.getKey())
                    .hasSize(wide ? 1 : 0);
        }
    }

    /** What ran on a processor with AVX-512 alone is what runs on one with AVX-VNNI. */
    @Test
    void formsOfAvxVnniAreTheSameInstructions() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(OBJDUMP), "objdump is not installed");
        Map<String, byte[]> vex = KernelSafetyTest.codes(Isa.AVX_VNNI);
        Map<String, byte[]> evex = KernelSafetyTest.codes(Isa.AVX_VNNI_EVEX);
        assertThat(evex.keySet()).isEqualTo(vex.keySet());
        int products = 0;
        for (Map.Entry<String, byte[]> kernel : vex.entrySet()) {
            List<String> instructions = instructions(kernel.getValue());
            assertThat(instructions(evex.get(kernel.getKey())))
                    .as(kernel.getKey())
                    .isEqualTo(instructions);
            products += (int)
                    instructions.stream().filter(i -> i.startsWith("vpdp")).count();
        }
        assertThat(products).as("products added up").isPositive();
    }

    /** Up to the return, without what depends on lengths: addresses within the code and what fills up to an alignment. */
    private List<String> instructions(byte[] code) throws IOException, InterruptedException {
        return disassemble(code).stream()
                .map(line -> line.split("\t", 3))
                .filter(fields -> fields.length == 3)
                .map(fields -> fields[2].replaceAll("\\{e?vex\\} |\\s*#.*", "").strip())
                .map(text -> text.startsWith("j") ? text.replaceAll(" .*", "") : text.replaceAll("rip\\+0x\\w+", "rip"))
                .filter(text -> !text.equals("nop"))
                .takeWhile(text -> !text.equals("ret"))
                .toList();
    }

    private List<String> disassemble(byte[] code) throws IOException, InterruptedException {
        Path file = Files.write(folder.resolve("code"), code);
        Path listing = folder.resolve("listing");
        Process process = new ProcessBuilder(
                        OBJDUMP.toString(), "-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(listing.toFile())
                .start();
        assertThat(process.waitFor()).isZero();
        return Files.readAllLines(listing, StandardCharsets.UTF_8);
    }
}
