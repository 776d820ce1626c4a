package io.jgemma.engine.sample;

/**
 * The last tokens of a sequence and what they cost. For a token that came c times among them, with logit l:
 *
 * <pre>
 * l = l / repeatPenalty  if l &gt; 0,  else l * repeatPenalty
 * l = l - (c * frequencyPenalty + presencePenalty)
 * </pre>
 *
 * <p>in float arithmetic and in this order, as llama.cpp does. The first line is the penalty of Keskar et al., "CTRL: A
 * conditional transformer language model", 2019, made to lower negative logits as well; the second is that of OpenAI's
 * API.
 */
final class Penalties {
    private final boolean active;
    private final float repeat;
    private final float presence;
    private final float frequency;

    /** The tokens of the window, oldest at {@code oldest}; empty if the window has no end or there are no penalties. */
    private final int[] window;

    private int oldest;
    private int held;

    /** Where in {@code tokens} a token stands, plus 1; 0 if it is not in the window. By token id. */
    private final int[] place;

    private final int[] tokens;
    private final int[] counts;
    private int distinct;

    private Penalties(SamplerOptions options, int vocabulary) {
        repeat = options.repeatPenalty();
        presence = options.presencePenalty();
        frequency = options.frequencyPenalty();
        active = options.penalizes();
        boolean endless = options.repeatLastN() < 0;
        window = new int[active && !endless ? options.repeatLastN() : 0];
        place = new int[active ? vocabulary : 0];
        int most = endless ? place.length : Math.min(place.length, window.length);
        tokens = new int[most];
        counts = new int[most];
    }

    /** An empty history, which holds nothing ever if no option penalizes. */
    static Penalties of(SamplerOptions options, int vocabulary) {
        return new Penalties(options, vocabulary);
    }

    /** Appends a token to the history. */
    void accept(int token) {
        if (!active) {
            return;
        }
        if (window.length > 0) {
            if (held == window.length) {
                forget(window[oldest]);
            } else {
                held++;
            }
            window[oldest] = token;
            oldest = oldest + 1 == window.length ? 0 : oldest + 1;
        }
        if (place[token] == 0) {
            tokens[distinct] = token;
            counts[distinct] = 0;
            place[token] = ++distinct;
        }
        counts[place[token] - 1]++;
    }

    private void forget(int token) {
        int at = place[token] - 1;
        if (--counts[at] == 0) {
            distinct--;
            tokens[at] = tokens[distinct];
            counts[at] = counts[distinct];
            place[tokens[at]] = at + 1;
            place[token] = 0;
        }
    }

    /**
     * Lowers the logits of the tokens in the window.
     *
     * @param logits F32 [vocabulary], updated in place
     */
    void apply(float[] logits) {
        for (int i = 0; i < distinct; i++) {
            int token = tokens[i];
            float logit = logits[token];
            logit = logit > 0 ? logit / repeat : logit * repeat;
            logits[token] = logit - (counts[i] * frequency + presence);
        }
    }
}
