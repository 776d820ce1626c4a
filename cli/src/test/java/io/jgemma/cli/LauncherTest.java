package io.jgemma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in surroundings that go wrong, as real processes. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private static final String ANSWER = "Hello! How can I help you today?\n";
    private static final String RUN = "run -p Hello --temp 0 --cpu-kernels scalar -c 256";

    @TempDir
    private static Path distribution;

    @TempDir
    private Path directory;

    private record Outcome(int code, String out, String err) {}

    /** A distribution whose jar leads to the classes under test. */
    @BeforeAll
    static void build() throws IOException {
        Path bin = Files.createDirectories(distribution.resolve("bin"));
        Path lib = Files.createDirectories(distribution.resolve("lib"));
        Files.copy(Path.of("../jgemma"), bin.resolve("jgemma"));
        Files.copy(Path.of("../.mvn/find-jdk.sh"), lib.resolve("find-jdk.sh"));
        Files.createFile(distribution.resolve("jgemma.jsa")); // empty: no archive is made
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        try (OutputStream file = Files.newOutputStream(lib.resolve("jgemma.jar"))) {
            new JarOutputStream(file, manifest).close();
        }
    }

    /** Runs a line of shell in which {@code jgemma} is the launcher. */
    private Outcome shell(String line, Map<String, String> environment) throws IOException, InterruptedException {
        Path out = directory.resolve("out.txt");
        Path err = directory.resolve("err.txt");
        Path work = Files.createDirectories(directory.resolve("work"));
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", "jgemma() { sh \"$LAUNCHER\" \"$@\"; }; " + line)
                .directory(work.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("LAUNCHER", distribution.resolve("bin/jgemma").toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment()
                .put("TMPDIR", Files.createDirectories(directory.resolve("tmp")).toString());
        builder.environment().put("XDG_CACHE_HOME", directory.resolve("cache").toString());
        Process process = builder.start();
        process.getOutputStream().close();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        for (ProcessHandle each : started()) {
            each.onExit().orTimeout(10, TimeUnit.SECONDS).join();
        }
        assertThat(started()).as("processes left behind").isEmpty();
        try (Stream<Path> left = Files.list(directory.resolve("tmp"))) {
            assertThat(left).as("files left behind").isEmpty();
        }
        try (Stream<Path> left = Files.list(work)) {
            assertThat(left)
                    .as("files in the user's folder")
                    .allMatch(path -> path.toString().endsWith(".txt"));
        }
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Processes of this launcher, also those whose parent has ended. */
    private static List<ProcessHandle> started() {
        return ProcessHandle.allProcesses()
                .filter(each -> each.info().commandLine().orElse("").contains(distribution.toString()))
                .toList();
    }

    private Outcome shell(String line) throws IOException, InterruptedException {
        return shell(line, new TreeMap<>());
    }

    @Test
    void aClosedInputIsAnEmptyOne() throws IOException, InterruptedException {
        String run = "run --temp 0 --cpu-kernels scalar -c 256 -n 2 --json";
        Outcome empty = shell("jgemma " + run + " </dev/null");
        Outcome closed = shell("jgemma " + run + " <&-");
        assertThat(closed.code()).isEqualTo(empty.code()).isZero();
        String prompt = empty.out().substring(0, empty.out().indexOf(']'));
        assertThat(closed.out()).startsWith(prompt).contains("\"finish\":");

        assertThat(shell("jgemma chat --cpu-kernels scalar -c 256 <&-").code()).isZero();
    }

    @Test
    void closedOutputsLoseTheirTextAlone() throws IOException, InterruptedException {
        Outcome silent = shell("jgemma " + RUN + " 2>&-");
        assertThat(silent.code()).isZero();
        assertThat(silent.out()).isEqualTo(ANSWER);

        Outcome mute = shell("jgemma " + RUN + " >&-");
        assertThat(mute.code()).isZero();
        assertThat(mute.err()).contains("tokens/s");
    }

    @Test
    void namesBeyondAsciiWorkInTheCLocale() throws IOException, InterruptedException {
        String name = "\"$(printf 't\\303\\274r.txt')\"";
        Outcome outcome =
                shell("printf Hello >" + name + "; jgemma tokenize --no-bos -f " + name, Map.of("LC_ALL", "C"));
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).contains("1766", "\"Hello\"");
    }

    @Test
    void tooLittleMemoryIsASentence() throws IOException, InterruptedException {
        Outcome outcome = shell("ulimit -v 1000000; jgemma " + RUN);
        assertThat(outcome.code()).isNotZero();
        assertThat(outcome.err()).contains("jgemma: Java", "ulimit -v").doesNotContain("\n#", "Error occurred");
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void tooFewFilesAreASentence() throws IOException, InterruptedException {
        Outcome outcome = shell("ulimit -n 14; jgemma " + RUN);
        assertThat(outcome.code()).isNotZero();
        assertThat(outcome.err()).doesNotContain("Exception in thread", "\tat ").containsIgnoringCase("jgemma");
    }
}
