package io.jgemma.engine.model;

import io.jgemma.engine.spec.RopeSpec;

/**
 * Position embedding as metadata tell it. Keys have had other names, and files keep them:
 *
 * <table>
 * <caption>Keys</caption>
 * <tr><td>{@code rope.freq_base}</td><td>or {@code rope.global.freq_base}</td></tr>
 * <tr><td>{@code rope.freq_base_swa}</td><td>or {@code rope.local.freq_base}</td></tr>
 * <tr><td>{@code rope.scaling.factor}</td><td>or {@code rope.scale_linear}; 0 is no scaling</td></tr>
 * <tr><td>{@code rope.scaling.type}</td><td>without it a factor is linear, as it was before there were types</td></tr>
 * </table>
 */
final class RopeReader {
    private static final int MOST_HEAD_DIM = 1 << 16;

    private final SpecReader keys;

    RopeReader(SpecReader keys) {
        this.keys = keys;
    }

    RopeSpec read(RopeSpec.Style style, int dims, double base) {
        int turning = keys.count("rope.dimension_count", dims);
        requireEven(turning);
        double frequencyBase = base(base);
        double factor = factor();
        String type = keys.text("rope.scaling.type", "linear");
        return switch (type) {
            case "none" -> RopeSpec.of(style, turning, frequencyBase, 1);
            case "linear" -> RopeSpec.of(style, turning, frequencyBase, factor);
            case "yarn" -> yarn(style, turning, frequencyBase, factor);
            default -> throw keys.refused("rope.scaling.type", "'" + type + "'", "none, linear or yarn");
        };
    }

    private double base(double otherwise) {
        String key = keys.has("rope.freq_base") ? "rope.freq_base" : "rope.global.freq_base";
        return above1(key, keys.real(key, otherwise));
    }

    RopeSpec local(RopeSpec.Style style, int dims, double otherwise) {
        String key = keys.has("rope.freq_base_swa") ? "rope.freq_base_swa" : "rope.local.freq_base";
        requireEven(dims);
        return RopeSpec.of(style, dims, above1(key, keys.real(key, otherwise)), 1);
    }

    private void requireEven(int turning) {
        if (turning < 2 || turning % 2 != 0 || turning > MOST_HEAD_DIM) {
            throw keys.refused(
                    "rope.dimension_count",
                    turning + (keys.has("rope.dimension_count") ? "" : " (the size of a head)"),
                    "an even number from 2 to " + MOST_HEAD_DIM);
        }
    }

    /** A base of 1 or less turns no pair slower than another. */
    private double above1(String key, double base) {
        if (base <= 1) {
            throw keys.refused(key, Double.toString(base), "a frequency base above 1");
        }
        return base;
    }

    private double factor() {
        String key = keys.has("rope.scaling.factor") ? "rope.scaling.factor" : "rope.scale_linear";
        double factor = keys.realOrZero(key, 1);
        return factor == 0 ? 1 : factor;
    }

    private RopeSpec yarn(RopeSpec.Style style, int dims, double base, double factor) {
        requireUsual("rope.scaling.yarn_ext_factor", 1);
        requireUsual("rope.scaling.yarn_beta_fast", 32);
        requireUsual("rope.scaling.yarn_beta_slow", 1);
        int original = keys.count("rope.scaling.original_context_length", keys.count("context_length"));
        RopeSpec rope = RopeSpec.yarn(style, dims, base, factor, original);
        double attention = keys.real("rope.scaling.attn_factor", keys.real("rope.scaling.yarn_attn_factor", 1));
        return new RopeSpec(style, rope.inverseFrequencies(), (float) (rope.magnitude() * attention));
    }

    private void requireUsual(String key, double usual) {
        if (keys.has(key) && keys.real(key) != usual) {
            throw keys.refused(key, Double.toString(keys.real(key)), usual + ", which is what is computed here");
        }
    }
}
