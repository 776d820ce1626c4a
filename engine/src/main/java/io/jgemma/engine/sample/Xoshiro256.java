package io.jgemma.engine.sample;

/**
 * The random numbers of the draw, written down here so that a seed means the same on every JDK.
 *
 * <p>xoshiro256++ 1.0 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021): the state is four
 * words s0 to s3, all arithmetic is modulo 2^64, and one step is
 *
 * <pre>
 * result = rotl(s0 + s3, 23) + s0
 * t = s1 &lt;&lt; 17
 * s2 ^= s0;  s3 ^= s1;  s1 ^= s2;  s0 ^= s3;  s2 ^= t;  s3 = rotl(s3, 45)
 * </pre>
 *
 * <p>The four words are, in order, the first four outputs of SplitMix64 (Steele, Lea and Flood, "Fast splittable
 * pseudorandom number generators", 2014) started at the seed:
 *
 * <pre>
 * x += 0x9e3779b97f4a7c15
 * z = (x ^ x &gt;&gt;&gt; 30) * 0xbf58476d1ce4e5b9
 * z = (z ^ z &gt;&gt;&gt; 27) * 0x94d049bb133111eb
 * output = z ^ z &gt;&gt;&gt; 31
 * </pre>
 *
 * <p>SplitMix64 is a bijection of its counter, so at most one of the four words is zero and the all-zero state, from
 * which xoshiro never moves, cannot arise.
 */
final class Xoshiro256 {
    private long s0;
    private long s1;
    private long s2;
    private long s3;

    private Xoshiro256(long s0, long s1, long s2, long s3) {
        this.s0 = s0;
        this.s1 = s1;
        this.s2 = s2;
        this.s3 = s3;
    }

    /** The generator that starts with this state. */
    static Xoshiro256 ofState(long s0, long s1, long s2, long s3) {
        return new Xoshiro256(s0, s1, s2, s3);
    }

    /** The generator for a seed. */
    static Xoshiro256 ofSeed(long seed) {
        return new Xoshiro256(splitMix(seed, 1), splitMix(seed, 2), splitMix(seed, 3), splitMix(seed, 4));
    }

    /** Output {@code n}, from 1, of SplitMix64 started at {@code seed}. */
    static long splitMix(long seed, int n) {
        long z = seed + n * 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /** The next 64 bits. */
    long nextLong() {
        long result = Long.rotateLeft(s0 + s3, 23) + s0;
        long t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = Long.rotateLeft(s3, 45);
        return result;
    }

    /** The upper 53 of the next 64 bits as a multiple of 2^-53 in [0, 1). */
    double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }
}
