package io.jgemma.engine.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** No template takes more than three seconds or 128 MiB, whatever it asks for. */
class HostileTemplatesTest {
    private static final int MOST_MILLIS = 3_000;

    /** What the virtual machine itself keeps on the heap. */
    private static final int OWN_MIB = 24;

    private static void run(int divisor, int heapMib) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + (heapMib + OWN_MIB) + "m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=4",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostileTemplates.class.getName(),
                        Integer.toString(divisor))
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        List<String> lines = output.lines().filter(line -> line.contains("\t")).toList();
        assertThat(lines).hasSize(HostileTemplates.all().size()).hasSizeGreaterThan(200);
        assertThat(lines)
                .allSatisfy(line -> assertThat(Integer.parseInt(line.substring(0, line.indexOf('\t'))))
                        .as(line)
                        .isLessThan(MOST_MILLIS));
    }

    /** A tenth of the limits, in a tenth of the memory beside what one value may take. */
    @Test
    void aTenthOfTheLimits() throws IOException, InterruptedException {
        run(10, 64);
    }

    @Test
    @EnabledIfSystemProperty(named = "jgemma.long", matches = "true")
    void allOfTheLimits() throws IOException, InterruptedException {
        run(1, 128);
    }
}
