package io.jgemma.engine;

import static io.jgemma.engine.SavedSessions.bytes;
import static io.jgemma.engine.SavedSessions.feed;
import static io.jgemma.engine.SavedSessions.goesOn;
import static io.jgemma.engine.SavedSessions.ids;
import static io.jgemma.engine.SavedSessions.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.session.SessionFile;
import io.jgemma.engine.session.SessionFileException;
import io.jgemma.engine.session.SessionFileException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sessions that were saved and loaded go on as if nothing had happened, bit for bit. */
class SessionFileTest {

    private static final int STEPS = 6;

    @TempDir
    private Path folder;

    static Stream<Arguments> models() {
        List<List<QuantType>> types = List.of(
                List.of(QuantTypes.F16, QuantTypes.F16),
                List.of(QuantTypes.Q8_0, QuantTypes.Q8_0),
                List.of(QuantTypes.Q4_0, QuantTypes.Q4_0),
                List.of(QuantTypes.F16, QuantTypes.Q4_0),
                List.of(QuantTypes.Q8_0, QuantTypes.BF16));
        List<Arguments> all = new ArrayList<>();
        for (List<QuantType> pair : types) {
            all.add(Arguments.of("gemma3", pair.getFirst(), pair.getLast()));
        }
        all.add(Arguments.of("llama", QuantTypes.F16, QuantTypes.F16));
        all.add(Arguments.of("llama", QuantTypes.Q4_0, QuantTypes.Q4_0));
        all.add(Arguments.of("demo", QuantTypes.F16, QuantTypes.Q4_0));
        return all.stream();
    }

    /** Lengths at which a session that grows is saved, the last two after a cut. */
    private static final int[] LENGTHS = {0, 1, 31, 100, 640, 600, 570};

    private static void bringTo(Session session, int length) {
        int[] ids = ids(1, 1000);
        int[] wanted = Arrays.copyOf(ids, length + 1);
        wanted[length] = 1;
        int kept = session.keepCommonPrefix(wanted);
        feed(session, Arrays.copyOfRange(ids, kept, length));
    }

    @ParameterizedTest
    @MethodSource("models")
    void aLoadedSessionGoesOnAsOneThatWasNotSaved(String model, QuantType key, QuantType value) {
        List<List<int[]>> expected = new ArrayList<>();
        List<int[]> tokens = new ArrayList<>();
        try (Engine engine = Engine.open(options(model, key, value));
                Session session = engine.newSession()) {
            for (int i = 0; i < LENGTHS.length; i++) {
                bringTo(session, LENGTHS[i]);
                tokens.add(session.tokens());
                assertThat(session.save(file(i))).isEqualTo(file(i).toFile().length());
                expected.add(goesOn(session, STEPS));
            }
        }
        try (Engine engine = Engine.open(options(model, key, value))) {
            // The same without saving gives the same: saving changes nothing.
            try (Session never = engine.newSession()) {
                for (int i = 0; i < 4; i++) {
                    bringTo(never, LENGTHS[i]);
                    assertSame(goesOn(never, STEPS), expected.get(i));
                }
            }
            try (Session loaded = engine.newSession()) {
                feed(loaded, ids(9, 50));
                for (int i = 0; i < LENGTHS.length; i++) {
                    assertThat(loaded.load(file(i))).isEqualTo(file(i).toFile().length());
                    assertThat(loaded.tokens()).isEqualTo(tokens.get(i));
                    loaded.save(folder.resolve("again"));
                    assertThat(bytes(folder.resolve("again"))).isEqualTo(bytes(file(i)));
                    assertSame(goesOn(loaded, STEPS), expected.get(i));
                }
            }
            engine.forgetPrefixes();
            assertThat(engine.pagesInUse()).isZero();
        }
    }

    private Path file(int i) {
        return folder.resolve("session-" + i);
    }

    private static void assertSame(List<int[]> actual, List<int[]> expected) {
        assertThat(actual.toArray(new int[0][])).isDeepEqualTo(expected.toArray(new int[0][]));
    }

    @Test
    void theWindowModelHasLayersThatDroppedPages() {
        try (Engine engine = Engine.open(options("gemma3", QuantTypes.F16, QuantTypes.F16))) {
            assertThat(engine.spec().layers()).anyMatch(layer -> layer.window() > 0 && 640 - layer.window() + 1 >= 512);
            assertThat(engine.spec().layers()).anyMatch(layer -> layer.window() == 0);
        }
    }

    @Test
    void aLongSessionMayBeCutAfterItWasLoaded() {
        int[] history = ids(4, 600);
        int[] other = Arrays.copyOf(history, 570);
        other[569] = 1;
        List<int[]> expected;
        try (Engine engine = Engine.open(options("gemma3", QuantTypes.Q4_0, QuantTypes.Q4_0));
                Session session = engine.newSession();
                Session loaded = engine.newSession()) {
            feed(session, history);
            session.save(file(0));
            int kept = session.keepCommonPrefix(other);
            assertThat(kept).isPositive();
            expected = goesOn(session, STEPS);
            loaded.load(file(0));
            assertThat(loaded.keepCommonPrefix(other)).isEqualTo(kept);
            assertSame(goesOn(loaded, STEPS), expected);
        }
    }

    @Test
    void theNextAnswerReadsNothingAgain() {
        EngineOptions options = EngineOptions.embedded().withContextTokens(512).withThreads(2);
        GenerationRequest request = GenerationRequest.chat("My name is Ada.").withSampling(SamplerOptions.greedy());
        int read;
        try (Engine engine = Engine.open(options);
                Session session = engine.newSession()) {
            read = session.generate(request, event -> {}).promptIds().length;
            session.save(file(0));
        }
        try (Engine engine = Engine.open(options);
                Session session = engine.newSession()) {
            session.load(file(0));
            GenerationResult again = session.generate(request, event -> {});
            assertThat(again.timings().cachedTokens()).isEqualTo(read - 1);
        }
    }

    @Test
    void whatOthersLeftInMemoryIsNotSaved() {
        for (QuantType type : List.of(QuantTypes.F16, QuantTypes.Q4_0)) {
            try (Engine engine = Engine.open(options("gemma3", type, type))) {
                try (Session first = engine.newSession()) {
                    feed(first, ids(5, 300));
                    first.save(file(0));
                    feed(first, ids(6, 200));
                }
                try (Session second = engine.newSession()) {
                    feed(second, ids(5, 300));
                    second.save(file(1));
                }
                assertThat(bytes(file(1))).isEqualTo(bytes(file(0)));
            }
        }
    }

    @Test
    void onlySessionsAreReplaced() throws IOException {
        try (Engine engine = Engine.open(options("llama", QuantTypes.F16, QuantTypes.F16));
                Session session = engine.newSession()) {
            Path notes = Files.writeString(folder.resolve("notes.txt"), "These are my notes.");
            refused(() -> session.save(notes), Reason.NOT_A_SESSION, "notes.txt: exists already");
            assertThat(notes).hasContent("These are my notes.");
            refused(() -> session.save(folder), Reason.NOT_A_SESSION, "is a directory");
            refused(() -> session.save(folder.resolve("no/where")), Reason.ACCESS, "there is no such directory");
            session.save(file(0));
            long empty = Files.size(file(0));
            feed(session, ids(1, 10));
            session.save(file(0));
            assertThat(Files.size(file(0))).isGreaterThan(empty);
            assertThat(SessionFile.recognizes(file(0))).isTrue();
            assertThat(SessionFile.recognizes(notes)).isFalse();
            assertThat(SessionFile.recognizes(folder)).isFalse();
            assertThat(SessionFile.recognizes(folder.resolve("none"))).isFalse();
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).hasSize(2);
        }
    }

    private static void refused(Runnable action, Reason reason, String words) {
        assertThatThrownBy(action::run)
                .isInstanceOf(SessionFileException.class)
                .hasMessageContaining(words)
                .satisfies(e -> assertThat(((SessionFileException) e).reason()).isEqualTo(reason));
    }

    @Test
    void aBusySessionIsNeitherSavedNorLoaded() {
        try (Engine engine = Engine.open(EngineOptions.embedded().withContextTokens(64))) {
            Session session = engine.newSession();
            session.save(file(0));
            session.generate(GenerationRequest.chat("Hello").withMaxTokens(2), event -> {
                assertThatThrownBy(() -> session.save(file(0))).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> session.load(file(0))).isInstanceOf(IllegalStateException.class);
            });
            session.close();
            assertThatThrownBy(() -> session.save(file(0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }
}
