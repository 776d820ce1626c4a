package io.jgemma.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class Xoshiro256Test {

    /** Output of the reference implementation of SplitMix64 for seed 1234567. */
    @Test
    void splitMixEqualsItsReference() {
        assertThat(IntStream.rangeClosed(1, 5).mapToObj(n -> Long.toUnsignedString(Xoshiro256.splitMix(1234567, n))))
                .containsExactly(
                        "6457827717110365317",
                        "3203168211198807973",
                        "9817491932198370423",
                        "4593380528125082431",
                        "16408922859458223821");
    }

    /** Output of the reference implementation of xoshiro256++ for the state 1, 2, 3, 4. */
    @Test
    void stepsEqualTheirReference() {
        Xoshiro256 random = Xoshiro256.ofState(1, 2, 3, 4);
        assertThat(LongStream.generate(random::nextLong).limit(10).mapToObj(Long::toUnsignedString))
                .containsExactly(
                        "41943041",
                        "58720359",
                        "3588806011781223",
                        "3591011842654386",
                        "9228616714210784205",
                        "9973669472204895162",
                        "14011001112246962877",
                        "12406186145184390807",
                        "15849039046786891736",
                        "10450023813501588000");
    }

    @Test
    void seedsFillTheStateWithSplitMix() {
        Xoshiro256 seeded = Xoshiro256.ofSeed(42);
        Xoshiro256 filled = Xoshiro256.ofState(
                Xoshiro256.splitMix(42, 1),
                Xoshiro256.splitMix(42, 2),
                Xoshiro256.splitMix(42, 3),
                Xoshiro256.splitMix(42, 4));
        assertThat(LongStream.generate(seeded::nextLong).limit(100).toArray())
                .isEqualTo(LongStream.generate(filled::nextLong).limit(100).toArray());
    }

    @Property
    void doublesAreTheUpper53Bits(@ForAll long seed) {
        Xoshiro256 bits = Xoshiro256.ofSeed(seed);
        Xoshiro256 doubles = Xoshiro256.ofSeed(seed);
        for (int i = 0; i < 10; i++) {
            double value = doubles.nextDouble();
            assertThat(value).isBetween(0.0, 1 - 0x1p-53);
            assertThat((long) (value * 0x1p53)).isEqualTo(bits.nextLong() >>> 11);
        }
    }
}
