package io.jgemma.engine.sample;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The same choice written the slow way: lists that are sorted whole, probabilities divided out, the history counted
 * anew each time.
 */
final class NaiveSampler {

    /** A token with its logit. */
    record Token(int id, float logit) {}

    static final Comparator<Token> LIKELIEST_FIRST =
            Comparator.comparingDouble((Token token) -> 0.0 - token.logit()).thenComparingInt(Token::id);

    private final SamplerOptions options;
    private final Xoshiro256 random;
    private final List<Integer> history = new ArrayList<>();

    NaiveSampler(SamplerOptions options) {
        this.options = options;
        random = Xoshiro256.ofSeed(options.seed());
    }

    void accept(int token) {
        history.add(token);
    }

    int sample(float[] logits, Set<Integer> forbidden) {
        List<Token> tokens = new ArrayList<>();
        Map<Integer, Long> times = counted();
        for (int id = 0; id < logits.length; id++) {
            float logit = forbidden.contains(id)
                    ? Float.NEGATIVE_INFINITY
                    : penalized(biased(logits, id), times.getOrDefault(id, 0L));
            if (logit > Float.NEGATIVE_INFINITY) {
                tokens.add(new Token(id, logit));
            }
        }
        if (options.isGreedy()) {
            return tokens.stream().min(LIKELIEST_FIRST).orElseThrow().id();
        }
        if (options.topK() > 0) {
            tokens = topK(tokens, options.topK());
        }
        if (options.typicalP() < 1) {
            tokens = typical(tokens, options.typicalP());
        }
        if (options.topP() < 1) {
            tokens = topP(tokens, options.topP());
        }
        if (options.minP() > 0) {
            tokens = minP(tokens, options.minP());
        }
        return draw(tokens, options.temperature(), random.nextDouble());
    }

    private float biased(float[] logits, int id) {
        return logits[id] + options.logitBias().getOrDefault(id, 0f);
    }

    private Map<Integer, Long> counted() {
        int from = options.repeatLastN() < 0 ? 0 : Math.max(0, history.size() - options.repeatLastN());
        return history.subList(from, history.size()).stream()
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private float penalized(float logit, long times) {
        if (times == 0) {
            return logit;
        }
        float repeated = logit > 0 ? logit / options.repeatPenalty() : logit * options.repeatPenalty();
        return repeated - (times * options.frequencyPenalty() + options.presencePenalty());
    }

    static List<Token> topK(List<Token> tokens, int k) {
        return tokens.stream().sorted(LIKELIEST_FIRST).limit(k).toList();
    }

    static List<Token> topP(List<Token> tokens, double p) {
        double target = p * sum(tokens);
        List<Token> kept = new ArrayList<>();
        double top = top(tokens);
        double reached = 0;
        for (Token token : tokens.stream().sorted(LIKELIEST_FIRST).toList()) {
            kept.add(token);
            reached += StrictMath.exp(token.logit() - top);
            if (reached >= target) {
                break;
            }
        }
        return kept;
    }

    static List<Token> typical(List<Token> tokens, double p) {
        double[] probabilities = probabilities(tokens, 1);
        double entropy = 0;
        for (double probability : probabilities) {
            entropy -= probability == 0 ? 0 : probability * StrictMath.log(probability);
        }
        record Scored(Token token, double probability, float score) {}
        List<Scored> scored = new ArrayList<>();
        double lnSum = StrictMath.log(sum(tokens));
        double top = top(tokens);
        for (int i = 0; i < probabilities.length; i++) {
            double surprisal = lnSum - (tokens.get(i).logit() - top);
            scored.add(new Scored(tokens.get(i), probabilities[i], (float) Math.abs(surprisal - entropy)));
        }
        scored.sort(Comparator.comparingDouble((Scored one) -> one.score())
                .thenComparingInt(one -> one.token().id()));
        List<Token> kept = new ArrayList<>();
        double reached = 0;
        for (Scored one : scored) {
            kept.add(one.token());
            reached += one.probability();
            if (reached > p) {
                break;
            }
        }
        kept.sort(LIKELIEST_FIRST);
        return kept;
    }

    static List<Token> minP(List<Token> tokens, double p) {
        double least = top(tokens) + StrictMath.log(p);
        return tokens.stream().filter(token -> token.logit() >= least).toList();
    }

    static int draw(List<Token> tokens, double temperature, double u) {
        double[] probabilities = probabilities(tokens, temperature);
        double reached = 0;
        int last = -1;
        for (int i = 0; i < probabilities.length; i++) {
            reached += probabilities[i];
            if (probabilities[i] > 0) {
                last = tokens.get(i).id();
            }
            if (reached > u) {
                break;
            }
        }
        return last;
    }

    static List<Token> tokens(float[] logits) {
        List<Token> tokens = new ArrayList<>();
        for (int id = 0; id < logits.length; id++) {
            if (logits[id] > Float.NEGATIVE_INFINITY) {
                tokens.add(new Token(id, logits[id]));
            }
        }
        return tokens;
    }

    static Set<Integer> ids(List<Token> tokens) {
        return tokens.stream().map(Token::id).collect(Collectors.toCollection(TreeSet::new));
    }

    static double[] probabilities(List<Token> tokens, double temperature) {
        double top = top(tokens);
        double[] weights = tokens.stream()
                .mapToDouble(token -> StrictMath.exp((token.logit() - top) / temperature))
                .toArray();
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    private static double sum(List<Token> tokens) {
        double top = top(tokens);
        double sum = 0;
        for (Token token : tokens) {
            sum += StrictMath.exp(token.logit() - top);
        }
        return sum;
    }

    private static float top(List<Token> tokens) {
        float top = Float.NEGATIVE_INFINITY;
        for (Token token : tokens) {
            top = Math.max(top, token.logit());
        }
        return top;
    }
}
