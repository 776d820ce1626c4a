package io.jgemma.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Builds the stand-in driver where its sources are newer than the last build. */
final class StandInBuild {
    private static final Path SOURCES = Path.of("src/test/cpp").toAbsolutePath();
    private static final Path TO = Path.of("target/stand-in").toAbsolutePath();
    private static final Path LIBRARY = TO.resolve("libcuda.so.1");
    /** In a folder of its own, so that it is found only by who looks for it. */
    private static final Path CUBLAS = TO.resolve("cublas/libcublas.so.12");

    private static final String PRECOMPILED = "precompiled.h";
    private static final int JOBS = 2;

    /**
     * Results are compared bit by bit with Java's: no contraction, no reordering, wrapping integers. The interpreter's loops
     * over lanes become vector instructions at -O3.
     */
    private static final List<String> COMPILE =
            List.of(("g++ -std=c++17 -Wall -Wextra -Werror -O3 -march=native -ffp-contract=off -frounding-math"
                            + " -fno-trapping-math -fno-math-errno -fwrapv -fno-strict-aliasing -fPIC"
                            + " -fvisibility=hidden -pthread")
                    .split(" "));

    record Result(Optional<Path> library, Path cublas, String reason) {}

    private StandInBuild() {}

    static Result build() {
        try {
            if (!System.getProperty("os.name").equals("Linux")
                    || !System.getProperty("os.arch").equals("amd64")) {
                return new Result(Optional.empty(), CUBLAS, "the stand-in GPU is built on Linux on x86-64 only");
            }
            if (!isCurrent()) {
                if (!exists()) {
                    return new Result(Optional.empty(), CUBLAS, "no g++, which builds the stand-in GPU");
                }
                compile();
            }
            return new Result(Optional.of(LIBRARY), CUBLAS, "");
        } catch (IOException | InterruptedException | ExecutionException e) {
            throw new AssertionError("the stand-in GPU cannot be built", e);
        }
    }

    private static boolean isCurrent() throws IOException {
        if (!Files.exists(LIBRARY)) {
            return false;
        }
        FileTime built = Files.getLastModifiedTime(LIBRARY);
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.getLastModifiedTime(file).compareTo(built) > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean exists() throws InterruptedException {
        try {
            return new ProcessBuilder("g++", "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static void compile() throws IOException, InterruptedException, ExecutionException {
        Files.createDirectories(TO);
        run(
                "-x",
                "c++-header",
                SOURCES.resolve(PRECOMPILED).toString(),
                "-o",
                TO.resolve(PRECOMPILED + ".gch").toString());
        List<String> link = new ArrayList<>(List.of("-shared", "-Wl,-soname,libcuda.so.1", "-Wl,-z,defs"));
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService jobs = Executors.newFixedThreadPool(JOBS);
                Stream<Path> files = Files.list(SOURCES)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".cpp")).toList()) {
                String object = TO.resolve(file.getFileName() + ".o").toString();
                link.add(object);
                running.add(jobs.submit(() -> {
                    run("-I" + TO, "-include", PRECOMPILED, "-c", file.toString(), "-o", object);
                    return null;
                }));
            }
        }
        for (Future<?> each : running) {
            each.get();
        }
        Path unfinished = TO.resolve("unfinished.so");
        link.addAll(List.of("-o", unfinished.toString()));
        run(link.toArray(String[]::new));
        compileCublas(unfinished);
        Files.move(unfinished, LIBRARY, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Symbols have the version that those of the real one have. */
    private static void compileCublas(Path driver) throws IOException, InterruptedException {
        Files.createDirectories(CUBLAS.getParent());
        run(
                "-shared",
                "-Wl,-soname,libcublas.so.12",
                "-Wl,-z,defs",
                "-Wl,--version-script=" + SOURCES.resolve("cublas/versions.txt"),
                SOURCES.resolve("cublas/cublas.cpp").toString(),
                driver.toString(),
                "-o",
                CUBLAS.toString());
    }

    private static void run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(COMPILE);
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(TO.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(String.join(" ", command) + "\n" + output);
        }
    }
}
