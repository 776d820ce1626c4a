package io.jgemma.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A small part of {@code .ci/windows}, where that has brought wine and a Java runtime for Windows. */
@EnabledOnOs(OS.LINUX)
class WindowsTest {
    private static final List<String> JVM = List.of(
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:-PrintWarnings", // of what wine lacks
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED");

    @TempDir
    private Path folder;

    private record Outcome(int code, String out, String err) {}

    @BeforeEach
    void needsWineAndARuntime() throws IOException {
        boolean wine = Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(each -> Files.isExecutable(Path.of(each, "wine")));
        assumeTrue(
                wine && Files.isReadable(java()) && Files.isReadable(cache().resolve("prefix/system.reg")),
                "no wine with a Java runtime for Windows here: .ci/windows --bring brings both");
        assumeTrue(
                Files.readString(Path.of("/proc/cpuinfo")).contains(" avx2 "),
                "no kernels are assembled on this processor");
    }

    /** As in {@code .ci/windows}. */
    private static Path cache() {
        String chosen = System.getenv("JGEMMA_WINDOWS");
        String caches = System.getenv("XDG_CACHE_HOME");
        Path usual = caches == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(caches);
        return chosen == null ? usual.resolve("jgemma/windows") : Path.of(chosen);
    }

    private static Path java() {
        return cache().resolve("jre/bin/java.exe");
    }

    private Outcome jgemma(String... arguments) throws IOException, InterruptedException {
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String windows = Arrays.stream(classes.split(File.pathSeparator, -1))
                .map(each -> "Z:" + Path.of(each).toAbsolutePath())
                .collect(Collectors.joining(";"));
        List<String> command = new ArrayList<>(List.of("wine", java().toString()));
        command.addAll(JVM);
        command.addAll(List.of("-cp", windows, "io.jgemma.cli.Main"));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("WINEPREFIX", cache().resolve("prefix").toString());
        builder.environment().put("WINEDEBUG", "-all");
        builder.environment().put("WINEDLLOVERRIDES", "mscoree=;mshtml=;winemenubuilder.exe=");
        builder.environment().keySet().removeAll(List.of("DISPLAY", "WAYLAND_DISPLAY", "JAVA_TOOL_OPTIONS"));
        Process process = builder.start();
        process.getOutputStream().close();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    @Test
    void theDemoModelAnswersWithAssembledKernels() throws IOException, InterruptedException {
        Outcome outcome = jgemma("run", "-p", "Hello", "--temp", "0", "-c", "256", "--cpu-kernels", "x86");

        assertThat(outcome.out()).isEqualToIgnoringNewLines("Hello! How can I help you today?");
        assertThat(outcome.code()).isZero();
    }

    @Test
    void aMissingDriverIsOneSentence() throws IOException, InterruptedException {
        Outcome outcome = jgemma("run", "-p", "Hello", "-ngl", "all");

        assertThat(outcome.err())
                .contains("there is no NVIDIA driver on this machine (nvcuda.dll is not found)")
                .hasLineCount(1);
        assertThat(outcome.code()).isEqualTo(1);
    }
}
