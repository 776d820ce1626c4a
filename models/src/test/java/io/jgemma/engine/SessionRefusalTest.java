package io.jgemma.engine;

import static io.jgemma.engine.SavedSessions.bytes;
import static io.jgemma.engine.SavedSessions.feed;
import static io.jgemma.engine.SavedSessions.goesOn;
import static io.jgemma.engine.SavedSessions.headerEnd;
import static io.jgemma.engine.SavedSessions.ids;
import static io.jgemma.engine.SavedSessions.little;
import static io.jgemma.engine.SavedSessions.options;
import static io.jgemma.engine.SavedSessions.withChecksums;
import static io.jgemma.engine.SavedSessions.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.session.SessionFileException;
import io.jgemma.engine.session.SessionFileException.Reason;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that do not fit, or are damaged, are refused by name and leave the session as it was. */
class SessionRefusalTest {

    private static final EngineOptions GEMMA = options("gemma3", QuantTypes.Q4_0, QuantTypes.F16);
    private static final int GROUP_BYTES = 28;

    @TempDir
    private Path folder;

    /** A saved session of {@code tokens} tokens. */
    private Path saved(EngineOptions options, int tokens) {
        Path file = folder.resolve("session");
        try (Engine engine = Engine.open(options);
                Session session = engine.newSession()) {
            feed(session, ids(tokens, tokens));
            session.save(file);
        }
        return file;
    }

    private static void refused(EngineOptions options, Path file, Reason reason, String... words) {
        try (Engine engine = Engine.open(options);
                Session session = engine.newSession();
                Session twin = engine.newSession()) {
            refused(session, file, reason, words);
            assertThat(session.tokens()).isEmpty();
            engine.forgetPrefixes();
            assertThat(engine.pagesInUse()).isZero();
            feed(session, ids(3, 20));
            feed(twin, ids(3, 20));
            int pages = engine.pagesInUse();
            refused(session, file, reason, words);
            assertThat(session.tokens()).isEqualTo(ids(3, 20));
            engine.forgetPrefixes();
            assertThat(engine.pagesInUse()).isEqualTo(pages);
            assertThat(goesOn(session, 2).toArray(new int[0][]))
                    .isDeepEqualTo(goesOn(twin, 2).toArray(new int[0][]));
        }
    }

    private static void refused(Session session, Path file, Reason reason, String... words) {
        assertThatThrownBy(() -> session.load(file))
                .isInstanceOf(SessionFileException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContainingAll(words)
                .satisfies(e -> {
                    assertThat(((SessionFileException) e).reason()).isEqualTo(reason);
                    assertThat(e.getMessage()).doesNotContain("\n");
                });
    }

    @Test
    void whatDiffersIsNamed() {
        Path file = saved(GEMMA, 100);
        refused(options("llama", QuantTypes.Q4_0, QuantTypes.F16), file, Reason.MODEL, name(GEMMA), "but this is");
        refused(options("gemma3", QuantTypes.F16, QuantTypes.F16), file, Reason.KEY_TYPE, "K cached as Q4_0", "F16");
        refused(options("gemma3", QuantTypes.Q4_0, QuantTypes.F32), file, Reason.VALUE_TYPE, "V cached as F16", "F32");
        refused(GEMMA.withContextTokens(99), file, Reason.CONTEXT, "100 tokens", "holds 99");
        byte[] newer = bytes(file);
        newer[8] = 2;
        write(file, newer);
        refused(GEMMA, file, Reason.VERSION, "version 2", "version 1");
    }

    private static String name(EngineOptions options) {
        try (Engine engine = Engine.open(options)) {
            return engine.modelName();
        }
    }

    @Test
    void modelsOfOneShapeDiffer() {
        Path file = saved(GEMMA, 10);
        Path original = SavedSessions.golden("gemma3");
        byte[] model = bytes(original);
        byte[] tuned = model.clone();
        try (GgufFile gguf = GgufFile.open(original)) {
            // The first bytes of a tensor from the middle, found by content: any of its bytes would do.
            GgufTensor tensor = gguf.tensors().get(gguf.tensors().size() / 2);
            byte[] head =
                    tensor.data().asSlice(0, Math.min(64, tensor.byteSize())).toArray(ValueLayout.JAVA_BYTE);
            tuned[indexOf(model, head) + 1] ^= 1;
        }
        Path copy = folder.resolve("copy.gguf");
        write(copy, model);
        try (Engine engine = Engine.open(moved(copy));
                Session session = engine.newSession()) {
            session.load(file);
            assertThat(session.position()).isEqualTo(10);
        }
        write(folder.resolve("tuned.gguf"), tuned);
        refused(moved(folder.resolve("tuned.gguf")), file, Reason.MODEL, "'");
    }

    private static EngineOptions moved(Path model) {
        return EngineOptions.of(model)
                .withContextTokens(1024)
                .withThreads(1)
                .withKernels(KernelSet.SCALAR)
                .withKvTypes(QuantTypes.Q4_0, QuantTypes.F16)
                .withListener((done, total) -> {});
    }

    private static int indexOf(byte[] all, byte[] part) {
        for (int i = 0; i + part.length <= all.length; i++) {
            if (Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new AssertionError("the tensor is not in the file");
    }

    @Test
    void whatIsNoSessionIsSaidToBeNone() {
        Path file = folder.resolve("file");
        refused(GEMMA, file, Reason.ACCESS, "no such file");
        refused(GEMMA, folder, Reason.NOT_A_SESSION, "is no file");
        for (String content : List.of("", "JGEMMA", "These are my notes, and no session.")) {
            write(file, content.getBytes(StandardCharsets.UTF_8));
            refused(GEMMA, file, Reason.NOT_A_SESSION, "holds no session");
        }
    }

    @Test
    void damageIsSaidWithItsPlace() {
        Path file = saved(GEMMA, 100);
        byte[] whole = bytes(file);
        byte[] flipped = whole.clone();
        flipped[whole.length - 1000] ^= 4;
        write(file, flipped);
        refused(GEMMA, file, Reason.DAMAGED, "checksum of the file at byte " + (whole.length - 4));
        flipped = whole.clone();
        flipped[20] ^= 4;
        write(file, flipped);
        refused(GEMMA, file, Reason.DAMAGED, "checksum of the header at byte " + headerEnd(whole));
        write(file, Arrays.copyOf(whole, whole.length - 7));
        refused(GEMMA, file, Reason.DAMAGED, "ends at byte " + (whole.length - 7), "takes " + whole.length, "cut");
        write(file, Arrays.copyOf(whole, whole.length + 7));
        refused(GEMMA, file, Reason.DAMAGED, "ends at byte " + (whole.length + 7));
        write(file, Arrays.copyOf(whole, 30));
        refused(GEMMA, file, Reason.DAMAGED, "in a file of 30");
    }

    @Test
    void impossibleHeadersWithTheRightChecksumsAreRefused() {
        Path file = saved(GEMMA, 600);
        byte[] whole = bytes(file);
        int first = headerEnd(whole) - 2 * GROUP_BYTES;
        assertThat(little(whole).getInt(first - 8)).as("tokens").isEqualTo(600);
        assertThat(little(whole).getInt(first - 4)).as("groups").isEqualTo(2);
        int[] places = {first - 8, first - 4, first + 20, first + 24, first + GROUP_BYTES + 20, first + GROUP_BYTES + 24
        };
        int[] values = {-1, 1, 3, 31, 33, 0x100_0000, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 27};
        try (Engine engine = Engine.open(GEMMA);
                Session session = engine.newSession()) {
            for (int place : places) {
                for (int value : values) {
                    byte[] crafted = whole.clone();
                    little(crafted).putInt(place, value);
                    if (Arrays.equals(crafted, whole)) {
                        continue;
                    }
                    write(file, withChecksums(crafted));
                    assertThatThrownBy(() -> session.load(file))
                            .as("%d at byte %d", value, place)
                            .isInstanceOf(SessionFileException.class);
                    engine.forgetPrefixes();
                    assertThat(engine.pagesInUse()).isZero();
                }
            }
            byte[] unknownToken = whole.clone();
            little(unknownToken).putInt(headerEnd(whole) + 4, Integer.MAX_VALUE);
            write(file, withChecksums(unknownToken));
            refused(session, file, Reason.DAMAGED, "token 0 is 2147483647");
            assertThat(engine.memory().kvBytes()).isZero();
        }
    }

    @Test
    void mutatedFilesAreRefusedOrWhole() {
        byte[] whole = bytes(saved(GEMMA, 70));
        Path file = folder.resolve("mutated");
        SplittableRandom random = new SplittableRandom(7);
        int accepted = 0;
        try (Engine engine = Engine.open(GEMMA)) {
            Session session = engine.newSession();
            feed(session, ids(1, 5));
            int pages = engine.pagesInUse();
            for (int i = 0; i < 2000; i++) {
                write(file, mutated(whole, random));
                try {
                    session.load(file);
                    assertThat(session.tokens()).isEqualTo(ids(70, 70));
                    accepted++;
                    session.clear();
                    feed(session, ids(1, 5));
                } catch (SessionFileException e) {
                    assertThat(session.tokens()).isEqualTo(ids(1, 5));
                }
                engine.forgetPrefixes();
                assertThat(engine.pagesInUse()).isEqualTo(pages);
            }
            session.close();
            engine.forgetPrefixes();
            assertThat(engine.pagesInUse()).isZero();
        }
        assertThat(accepted).as("files whose model has another name").isBetween(1, 200);
    }

    private static byte[] mutated(byte[] whole, SplittableRandom random) {
        byte[] file = whole.clone();
        int header = headerEnd(whole);
        switch (random.nextInt(6)) {
            case 0 -> {
                return Arrays.copyOf(whole, random.nextInt(whole.length));
            }
            case 1 -> file[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
            case 2 -> {
                int from = random.nextInt(whole.length);
                byte[] noise = new byte[Math.min(random.nextInt(1, 64), whole.length - from)];
                random.nextBytes(noise);
                // At least one byte differs.
                noise[0] = (byte) ~whole[from];
                System.arraycopy(noise, 0, file, from, noise.length);
            }
            case 3 -> file[random.nextInt(header)] ^= (byte) (1 << random.nextInt(8));
            case 4 -> {
                file[random.nextInt(16, header)] = (byte) random.nextInt();
                return withChecksums(file);
            }
            default -> {
                little(file).putInt(random.nextInt(16, header - 4), random.nextInt(-3, 300));
                return withChecksums(file);
            }
        }
        return file;
    }
}
