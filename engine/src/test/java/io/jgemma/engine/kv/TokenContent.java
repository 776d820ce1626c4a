package io.jgemma.engine.kv;

import io.jgemma.engine.backend.KvLayout;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Random tokens and what they are in each layer and head. Keys have means by channel, some of them large, which now and
 * then drift; values have none. A token is two places in a list of random numbers: where its vectors begin, and its means.
 */
final class TokenContent {

    private static final int NUMBERS = 1 << 16;

    private final SplittableRandom random;
    private final float[] numbers = new float[NUMBERS];

    TokenContent(SplittableRandom random) {
        this.random = random;
        for (int i = 0; i < NUMBERS; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
    }

    /** The first random numbers. */
    float[] numbers(int count) {
        return Arrays.copyOf(numbers, count);
    }

    /** The tokens before and {@code count} new ones. */
    int[] append(int[] before, int count) {
        int[] tokens = Arrays.copyOf(before, before.length + count);
        boolean drift = before.length == 0 || random.nextInt(3) == 0;
        int means = drift ? random.nextInt() >>> 17 : before[before.length - 1] & 0x7FFF;
        for (int i = before.length; i < tokens.length; i++) {
            tokens[i] = (random.nextInt() & 0x7FFF_8000) | means;
        }
        return tokens;
    }

    /**
     * F32 [count][keyDim] of a head.
     *
     * @param salt other for another head or layer
     */
    float[] keys(KvLayout layout, int salt, int[] tokens, int from, int count) {
        int dim = layout.keyDim();
        float[] k = vectors(salt, tokens, from, count, dim);
        for (int t = 0; t < count; t++) {
            int means = tokens[from + t] & 0x7FFF;
            for (int c = 0; c < dim; c++) {
                k[t * dim + c] += numbers[means + 31 * salt + c] + (c % 16 == 3 ? 8 : 0);
            }
        }
        return k;
    }

    /** F32 [count][valueDim] of a head. */
    float[] values(KvLayout layout, int salt, int[] tokens, int from, int count) {
        int dim = layout.valueDim();
        return vectors(salt + 1000, tokens, from, count, dim);
    }

    private float[] vectors(int salt, int[] tokens, int from, int count, int dim) {
        float[] vectors = new float[count * dim];
        for (int t = 0; t < count; t++) {
            int begin = (tokens[from + t] >>> 15) * 40_503 + salt * 8_191;
            System.arraycopy(numbers, (begin & 0xFFFF) % (NUMBERS - dim), vectors, t * dim, dim);
        }
        return vectors;
    }

    /** A query that sees no token more than others. */
    float[] noise(int dim) {
        float[] q = new float[dim];
        for (int c = 0; c < dim; c++) {
            q[c] = (float) random.nextGaussian();
        }
        return q;
    }

    /** A query that sees mostly one token: its key less the means, with a score of 10. */
    float[] towards(float[] k, int token, int dim, float scale) {
        float[] q = Arrays.copyOfRange(k, token * dim, (token + 1) * dim);
        double square = 0;
        for (int c = 0; c < dim; c++) {
            q[c] -= c % 16 == 3 ? 8 : 0;
            square += q[c] * q[c];
        }
        for (int c = 0; c < dim; c++) {
            q[c] *= (float) (10 / (square * scale));
        }
        return q;
    }
}
