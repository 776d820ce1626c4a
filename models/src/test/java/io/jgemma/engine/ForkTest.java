package io.jgemma.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A fork goes on as if it alone had seen the tokens, and so does the session it was made of. */
final class ForkTest {

    private static Stream<Arguments> forks() {
        return Stream.of("auto", "vector")
                .flatMap(kernels -> Stream.of(QuantTypes.F16, QuantTypes.Q4_0)
                        .flatMap(kv -> Stream.of(0, 1, 31, 255, 256, 700)
                                .map(position -> Arguments.argumentSet(
                                        kernels + ", " + kv.name() + " at " + position, kernels, kv, position))));
    }

    private static Engine open(String kernels, QuantType kv) {
        return Engine.open(EngineOptions.embedded()
                .withContextTokens(1024)
                .withThreads(1)
                .withKernels(KernelSet.of(kernels))
                .withKvTypes(kv, kv));
    }

    private static int[] text(Engine engine, int seed, int length) {
        return new SplittableRandom(seed)
                .ints(length, 3, engine.spec().vocabulary())
                .toArray();
    }

    @ParameterizedTest
    @MethodSource("forks")
    void bothGoOnAsFreshSessions(String kernels, QuantType kv, int position) {
        try (Engine engine = open(kernels, kv)) {
            int[] common = text(engine, 1, position);
            int[] one = text(engine, 2, 40);
            int[] other = text(engine, 3, 40);
            List<float[]> first = new ArrayList<>();
            List<float[]> second = new ArrayList<>();
            try (Session session = engine.newSession()) {
                session.evaluate(common, i -> false, (i, logits) -> {});
                try (Session fork = session.fork()) {
                    assertThat(fork.tokens()).isEqualTo(common);
                    for (int i = 0; i < one.length; i++) { // alternately, so that each would see what the other wrote
                        feed(session, one[i], first);
                        feed(fork, other[i], second);
                    }
                    assertThat(fork.position()).isEqualTo(position + other.length);
                }
                assertThat(session.position()).isEqualTo(position + one.length);
            }
            engine.forgetPrefixes();
            assertThat(engine.pagesInUse()).isZero();
            requireSame(first, fresh(engine, common, one), "the session");
            engine.forgetPrefixes();
            requireSame(second, fresh(engine, common, other), "the fork");
        }
    }

    private static List<float[]> fresh(Engine engine, int[] common, int[] following) {
        List<float[]> all = new ArrayList<>();
        try (Session session = engine.newSession()) {
            session.evaluate(common, i -> false, (i, logits) -> {});
            for (int id : following) {
                feed(session, id, all);
            }
        }
        return all;
    }

    /** Bit for bit: the same steps were computed. */
    private static void requireSame(List<float[]> got, List<float[]> wanted, String whose) {
        assertThat(got).hasSameSizeAs(wanted);
        for (int i = 0; i < got.size(); i++) {
            assertThat(Arrays.mismatch(got.get(i), wanted.get(i)))
                    .as("where logits of %s differ after token %d", whose, i)
                    .isNegative();
        }
    }

    private static void feed(Session session, int id, List<float[]> to) {
        session.evaluate(
                new int[] {id}, i -> true, (i, logits) -> to.add(logits.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)));
    }

    @Test
    void aForkOutlivesItsSession() {
        try (Engine engine = open("auto", QuantTypes.Q4_0)) {
            int[] common = text(engine, 1, 300);
            int[] following = text(engine, 2, 5);
            Session session = engine.newSession();
            session.evaluate(common, i -> false, (i, logits) -> {});
            try (Session fork = session.fork()) {
                session.close();
                assertThatThrownBy(session::fork)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("closed");
                List<float[]> got = new ArrayList<>();
                for (int id : following) {
                    feed(fork, id, got);
                }
                requireSame(got, fresh(engine, common, following), "the fork");
            }
            engine.forgetPrefixes();
            assertThat(engine.pagesInUse()).isZero();
        }
    }

    @Test
    void closingTheEngineClosesForks() {
        Engine engine = open("auto", QuantTypes.F16);
        Session session = engine.newSession();
        Session fork = session.fork();
        engine.close();
        assertThatThrownBy(() -> fork.evaluate(new int[] {5}, i -> false, (i, logits) -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
