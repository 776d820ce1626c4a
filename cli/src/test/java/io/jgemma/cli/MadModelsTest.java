package io.jgemma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of mad values are run or refused in one line that names the file and a key or tensor; none crashes, shows a number
 * that is none, or takes much memory. With {@code -Djgemma.long=true}, 2,000 files.
 */
class MadModelsTest {
    private static final int FILES = Boolean.getBoolean("jgemma.long") ? 2_000 : 40;
    private static final long MOST_BYTES = 1L << 30;
    private static final Pattern NO_NUMBER = Pattern.compile("\\bNaN\\b|\\bInfinity\\b");

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void areRunOrRefusedByName(@TempDir Path folder) throws IOException {
        long before = peakBytes();
        List<String> wrong = new ArrayList<>();
        int refused = 0;
        for (long seed = 0; seed < FILES; seed++) {
            MadModels.Mad mad = MadModels.write(seed, folder.resolve("mad.gguf"));
            String path = mad.path().toString();
            String[] context = seed % 2 == 0 ? new String[] {"-c", "64"} : new String[0];
            int codes = run(mad, seed, wrong, line(context, "info", path))
                    + run(mad, seed, wrong, line(context, "info", "--json", path))
                    + run(
                            mad,
                            seed,
                            wrong,
                            line(
                                    context,
                                    "run",
                                    path,
                                    "--raw",
                                    "-p",
                                    "a",
                                    "-n",
                                    "2",
                                    "-t",
                                    "1",
                                    "--cpu-kernels",
                                    "scalar"))
                    + run(
                            mad,
                            seed,
                            wrong,
                            line(context, "logits", path, "--tokens", "1,5,9", "-t", "1", "--cpu-kernels", "scalar"));
            refused += codes > 0 ? 1 : 0;
        }
        assertThat(wrong).isEmpty();
        assertThat(peakBytes() - before).as("bytes of memory").isLessThan(MOST_BYTES);
        assertThat(refused).as("files refused by some command").isBetween(FILES / 4, FILES - FILES / 20);
    }

    private static String[] line(String[] context, String... command) {
        return Stream.concat(Stream.of(command), Stream.of(context)).toArray(String[]::new);
    }

    private static int run(MadModels.Mad mad, long seed, List<String> wrong, String... line) {
        TestConsole console = new TestConsole("");
        int code = console.run(line);
        String problem = problem(mad, line[0], code, console.out(), console.err());
        if (!problem.isEmpty()) {
            wrong.add("seed " + seed + ", " + mad.architecture() + " with " + mad.changes() + ", " + line[0] + ": "
                    + problem + "\n  " + console.err().strip());
        }
        return code;
    }

    private static String problem(MadModels.Mad mad, String command, int code, String out, String err) {
        // What is in the file, info shows as it is.
        if (!command.equals("info") && NO_NUMBER.matcher(out).find()) {
            return "shows a number that is none";
        }
        if (code == 0) {
            return out.isEmpty() ? "says nothing" : "";
        }
        if (code != 1) {
            return "ends with code " + code;
        }
        String last = err.strip().substring(err.strip().lastIndexOf('\n') + 1);
        boolean tooShort = mad.changes().keySet().stream().anyMatch(key -> key.endsWith("context_length"));
        if (tooShort && last.contains("tokens")) {
            return ""; // a context of one token is sound, and too short for what was asked
        }
        if (!last.contains(mad.path().toString())) {
            return "does not name the file";
        }
        if (NO_NUMBER.matcher(out).find()) {
            return "shows a number that is none, and fails";
        }
        return mad.names().stream().anyMatch(last::contains) ? "" : "names no key and no tensor";
    }

    /** The most memory that this process has had; 0 where the system does not say. */
    private static long peakBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(each -> each.startsWith("VmHWM:"))
                    .mapToLong(each -> Long.parseLong(each.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
