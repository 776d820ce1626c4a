package io.jgemma.engine.spec;

/** The nonlinearity of a gated feed-forward: {@code y = f(gate) * up}. */
public enum Activation {
    /** {@code f(x) = x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))} (Hendrycks and Gimpel, 2016, section 2). */
    GELU_TANH,
    /** {@code f(x) = x / (1 + e^-x)} (Elfwing et al., 2017). */
    SILU
}
