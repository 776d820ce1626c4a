package io.jgemma.engine.kv;

import static io.jgemma.engine.backend.KvLayout.PAGE_TOKENS;
import static io.jgemma.engine.backend.KvLayout.TILE_TOKENS;

import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.Arrays;

/**
 * Attention of one query over F32 keys and values in double precision, and how far a cache may be off that rounds them.
 *
 * <p>The bound is that of its types. Rounding moves a value by up to half a step: {@code |x| 2^-11} for F16 (at least 2^-25) and
 * {@code |x| 2^-8} for BF16, {@code max / 8 / 2} for a Q4_0 block and {@code max / 127 / 2} for a Q8_0 block, with
 * {@code max} the largest magnitude in the block (of K: less the page's mean); and by as good as chance, so an error of
 * half a step {@code h} has variance {@code h^2 / 3}. With weights {@code p} and output {@code o}, to first order
 *
 * <pre>
 * var score[t] = scale^2 sum_c q[c]^2 var K[t][c]
 * var o[c]     = sum_t p[t]^2 (var V[t][c] + var score[t] (v[t][c] - o[c])^2)
 * </pre>
 */
final class NoisyAttention {

    /** Beyond this many standard deviations a sum of independent bounded errors does not come in 10^11 draws. */
    private static final double FARTHEST = 7;

    /** Nor does a mean of squares of variance 1 come as high, where it comes from at least {@link #MANY} draws. */
    private static final double MOST_SQUARE = 4;

    private static final double MANY = 16;

    /** Units in the last place of the terms' magnitude that float32 arithmetic may lose. */
    private static final double ARITHMETIC = 0x1p-22;

    private final KvLayout layout;
    private final float[] keys;
    private final float[] values;
    private final int quantizedEnd;
    private final double[] output;
    private final double[] variance;
    /** From how many scores the error comes, in effect: one of a score goes into all channels. */
    private double draws;

    /**
     * K and V of one head.
     *
     * @param keys F32 [tokens][keyDim]
     * @param values F32 [tokens][valueDim]
     * @param quantizedEnd tokens before this one are in quantized tiles, the sink excepted
     */
    NoisyAttention(KvLayout layout, float[] keys, float[] values, int quantizedEnd) {
        this.layout = layout;
        this.keys = keys;
        this.values = values;
        this.quantizedEnd = layout.tiled() ? quantizedEnd : 0;
        output = new double[layout.valueDim()];
        variance = new double[layout.valueDim()];
    }

    /**
     * Computes the attention of a query.
     *
     * @param from first token seen
     * @param to end, exclusive, of the tokens seen
     */
    void attend(float[] q, double scale, int from, int to) {
        int dim = layout.keyDim();
        double[] weights = new double[to - from];
        double max = Double.NEGATIVE_INFINITY;
        double terms = 0;
        for (int t = from; t < to; t++) {
            double score = 0;
            double magnitude = 0;
            for (int c = 0; c < dim; c++) {
                double product = (double) q[c] * keys[t * dim + c];
                score += product;
                magnitude += Math.abs(product);
            }
            weights[t - from] = score * scale;
            max = Math.max(max, score * scale);
            terms = Math.max(terms, magnitude * scale);
        }
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.exp(weights[i] - max);
            sum += weights[i];
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
        addUp(weights, scoreVariances(q, scale, from, to), from, terms);
    }

    private void addUp(double[] weights, double[] scoreVariances, int from, double terms) {
        int dim = layout.valueDim();
        double[] magnitude = new double[dim];
        Arrays.fill(output, 0);
        for (int i = 0; i < weights.length; i++) {
            for (int c = 0; c < dim; c++) {
                double term = weights[i] * values[(from + i) * dim + c];
                output[c] += term;
                magnitude[c] += Math.abs(term);
            }
        }
        for (int c = 0; c < dim; c++) {
            double arithmetic = ARITHMETIC * (1 + terms) * magnitude[c];
            variance[c] = arithmetic * arithmetic;
        }
        double squares = 0;
        for (int i = 0; i < weights.length; i++) {
            double factor = weights[i] * weights[i] * scoreVariances[i];
            double all = 0;
            for (int c = 0; c < dim; c++) {
                double distance = values[(from + i) * dim + c] - output[c];
                all += distance * distance;
                variance[c] += factor * distance * distance;
            }
            squares += factor * all * factor * all;
        }
        addValueVariances(weights, from);
        double sum = Arrays.stream(variance).sum();
        draws = sum * sum / squares;
    }

    private boolean quantized(int token) {
        return token < quantizedEnd && !(layout.sink() && token < TILE_TOKENS);
    }

    private double[] scoreVariances(float[] q, double scale, int from, int to) {
        int dim = layout.keyDim();
        double[] variances = new double[to - from];
        QuantType type = layout.keys().recentType();
        double steps = steps(layout.keys().type());
        float[] mean = new float[dim];
        for (int tile = from - from % TILE_TOKENS; tile < to; tile += TILE_TOKENS) {
            int begin = Math.max(from, tile);
            int end = Math.min(to, tile + TILE_TOKENS);
            boolean coarse = layout.keys().tiled() && quantized(tile);
            if (coarse) {
                meanOfPage(tile - tile % PAGE_TOKENS, mean);
            }
            for (int c = 0; c < dim; c++) {
                double factor = scale * scale * q[c] * q[c];
                double largest = 0;
                for (int t = tile; coarse && t < tile + TILE_TOKENS; t++) {
                    largest = Math.max(largest, Math.abs(keys[t * dim + c] - mean[c]));
                }
                double block = variance(largest / steps / 2);
                for (int t = begin; t < end; t++) {
                    variances[t - from] += factor * (block + plainVariance(type, keys[t * dim + c]));
                }
            }
        }
        return variances;
    }

    private void meanOfPage(int page, float[] mean) {
        for (int c = 0; c < mean.length; c++) {
            double sum = 0;
            for (int t = page; t < page + TILE_TOKENS; t++) {
                sum += keys[t * mean.length + c];
            }
            mean[c] = (float) (sum / TILE_TOKENS);
        }
    }

    private void addValueVariances(double[] weights, int from) {
        int dim = layout.valueDim();
        QuantType type = layout.values().recentType();
        double steps = steps(layout.values().type());
        for (int i = 0; i < weights.length; i++) {
            boolean coarse = layout.values().tiled() && quantized(from + i);
            double square = weights[i] * weights[i];
            int block = -1;
            double blockVariance = 0;
            for (int c = 0; c < dim; c++) {
                int at = (from + i) * dim + c;
                if (coarse && at / TILE_TOKENS != block) {
                    // A tile of V is 32 dim values, so blocks of 32 begin at multiples of 32 of all values, too.
                    block = at / TILE_TOKENS;
                    blockVariance = variance(largest(block * TILE_TOKENS) / steps / 2);
                }
                variance[c] += square * (blockVariance + plainVariance(type, values[at]));
            }
        }
    }

    private double largest(int from) {
        double largest = 0;
        for (int i = from; i < from + TILE_TOKENS; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }

    private static double variance(double halfStep) {
        return halfStep * halfStep / 3;
    }

    private static double steps(QuantType type) {
        return type == QuantTypes.Q4_0 ? 8 : 127;
    }

    private static double plainVariance(QuantType type, double value) {
        if (type == QuantTypes.F32) {
            return 0;
        }
        return variance(type == QuantTypes.F16 ? Math.max(0x1p-25, 0x1p-11 * Math.abs(value)) : 0x1p-8 * value);
    }

    /** What is wrong with a result, or nothing. */
    String verdict(float[] actual) {
        double squares = 0;
        for (int c = 0; c < output.length; c++) {
            double error = actual[c] - output[c];
            double deviations = Math.abs(error) / Math.sqrt(variance[c]);
            squares += deviations * deviations;
            if (!(deviations <= FARTHEST)) {
                return "channel " + c + " is " + actual[c] + " for " + output[c] + ": " + deviations
                        + " standard deviations off";
            }
        }
        double square = squares / output.length;
        return draws >= MANY && square > MOST_SQUARE
                ? "the mean square error is " + square + " times its variance"
                : "";
    }
}
