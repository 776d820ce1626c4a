package io.jgemma.engine;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.quant.QuantType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/** Models, sessions and files for the tests of saved sessions. */
final class SavedSessions {

    private SavedSessions() {}

    /**
     * A golden model by the beginning of its name, or the embedded one for {@code demo}. The scalar kernels add in one order
     * only: a vector's lanes are summed in an order that changes when the code is compiled.
     */
    static EngineOptions options(String model, QuantType key, QuantType value) {
        EngineOptions options = model.equals("demo") ? EngineOptions.embedded() : EngineOptions.of(golden(model));
        return options.withContextTokens(1024)
                .withThreads(1)
                .withBatchTokens(256, 64)
                .withKernels(KernelSet.SCALAR)
                .withKvTypes(key, value)
                .withListener((done, total) -> {});
    }

    static Path golden(String model) {
        URL resource = Objects.requireNonNull(SavedSessions.class.getResource("/golden/" + model + "-tiny-q4_0.gguf"));
        try {
            return Path.of(resource.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ids from 3 to 250, which every model has. */
    static int[] ids(long seed, int count) {
        return new SplittableRandom(seed).ints(count, 3, 250).toArray();
    }

    static void feed(Session session, int[] ids) {
        session.evaluate(ids, i -> false, (i, logits) -> {});
    }

    /** What a session gives from here on: the bits of all logits of greedy steps after one given token. */
    static List<int[]> goesOn(Session session, int steps) {
        List<int[]> all = new ArrayList<>();
        int[] next = {7};
        for (int i = 0; i < steps; i++) {
            session.evaluate(next.clone(), index -> true, (index, logits) -> {
                all.add(bits(logits));
                next[0] = best(logits);
            });
        }
        return all;
    }

    private static int[] bits(MemorySegment logits) {
        return logits.toArray(ValueLayout.JAVA_INT_UNALIGNED);
    }

    private static int best(MemorySegment logits) {
        float[] values = logits.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Byte behind the header. */
    static int headerEnd(byte[] file) {
        return 16 + little(file).getInt(12);
    }

    static ByteBuffer little(byte[] file) {
        return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The file with the checksums that its content asks for. */
    static byte[] withChecksums(byte[] file) {
        byte[] fixed = file.clone();
        little(fixed).putInt(headerEnd(file), sum(fixed, headerEnd(file)));
        little(fixed).putInt(fixed.length - 4, sum(fixed, fixed.length - 4));
        return fixed;
    }

    private static int sum(byte[] file, int end) {
        CRC32C sum = new CRC32C();
        sum.update(Arrays.copyOf(file, end));
        return (int) sum.getValue();
    }
}
