package io.jgemma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JVM that was started without the options that the launcher passes: everything works, and a sentence says what to add. */
class BareJvmTest {
    private static final String GREETING = "Hello! How can I help you today?\n";
    private static final String VECTOR = "start java with --add-modules jdk.incubator.vector";
    private static final String WARNING = "Use --enable-native-access=ALL-UNNAMED";
    private static final String NATIVE = "start java with --enable-native-access=ALL-UNNAMED";

    @TempDir
    private Path folder;

    private record Ended(int code, String out, String err) {}

    private Ended java(List<String> options, String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classPath()));
        line.addAll(options);
        line.add("io.jgemma.cli.Main");
        line.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        int code = new ProcessBuilder(line)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new Ended(code, Files.readString(out), Files.readString(err, StandardCharsets.ISO_8859_1));
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static String[] run(String... more) {
        List<String> line = new ArrayList<>(List.of("run", "-p", "Hello", "--temp", "0", "-c", "128"));
        line.addAll(List.of(more));
        return line.toArray(String[]::new);
    }

    @Test
    void answersWithoutAnyOption() throws Exception {
        Ended ended = java(List.of(), run());

        assertThat(ended.err()).containsOnlyOnce(VECTOR).contains(WARNING).doesNotContain("no kernels are assembled");
        assertThat(ended.out()).isEqualTo(GREETING);
        assertThat(ended.code()).isZero();
    }

    @Test
    void deniedNativeAccessLeavesScalarKernels() throws Exception {
        Ended ended = java(List.of("--illegal-native-access=deny"), run());

        assertThat(ended.err()).contains(NATIVE).contains("no kernels are assembled");
        assertThat(ended.out()).isEqualTo(GREETING);
        assertThat(ended.code()).isZero();
    }

    @Test
    void assembledKernelsNeedNoVectorApi() throws Exception {
        Ended ended = java(List.of("--enable-native-access=ALL-UNNAMED"), run());

        assertThat(ended.err()).containsOnlyOnce(VECTOR).doesNotContain(NATIVE);
        assertThat(ended.out()).isEqualTo(GREETING);
        assertThat(ended.code()).isZero();
    }

    @Test
    void kernelsThatWereAskedForAreRefused() throws Exception {
        Ended ended = java(List.of("--enable-native-access=ALL-UNNAMED"), run("--cpu-kernels", "vector"));

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).contains("vector kernels cannot run here").contains(VECTOR);
        assertThat(ended.out()).isEmpty();
    }
}
