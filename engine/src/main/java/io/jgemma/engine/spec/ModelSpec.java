package io.jgemma.engine.spec;

import java.util.List;

/**
 * The shape of a text model.
 *
 * @param architecture {@code general.architecture} of the file
 * @param contextTokens longest context the model was trained for
 * @param vocabulary number of tokens, i.e. logits of a row
 * @param hidden elements of the residual stream
 * @param normEpsilon epsilon of every norm
 * @param layers the blocks, first to last
 * @param logitScale factor on logits
 */
public record ModelSpec(
        String architecture,
        int contextTokens,
        int vocabulary,
        int hidden,
        float normEpsilon,
        List<LayerSpec> layers,
        float logitScale) {

    /** A model whose logits are not scaled. */
    public ModelSpec(
            String architecture,
            int contextTokens,
            int vocabulary,
            int hidden,
            float normEpsilon,
            List<LayerSpec> layers) {
        this(architecture, contextTokens, vocabulary, hidden, normEpsilon, layers, 1);
    }

    /** The same with a factor on logits. */
    public ModelSpec withLogitScale(float factor) {
        return new ModelSpec(architecture, contextTokens, vocabulary, hidden, normEpsilon, layers, factor);
    }

    public ModelSpec {
        layers = List.copyOf(layers);
        if (layers.isEmpty() || hidden <= 0 || vocabulary <= 0 || contextTokens <= 0) {
            throw new IllegalArgumentException("a model needs layers (" + layers.size() + "), hidden (" + hidden
                    + "), vocabulary (" + vocabulary + ") and context (" + contextTokens + ")");
        }
    }
}
