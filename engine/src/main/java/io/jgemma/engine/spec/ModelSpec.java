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
 */
public record ModelSpec(
        String architecture, int contextTokens, int vocabulary, int hidden, float normEpsilon, List<LayerSpec> layers) {

    public ModelSpec {
        layers = List.copyOf(layers);
        if (layers.isEmpty() || hidden <= 0 || vocabulary <= 0 || contextTokens <= 0) {
            throw new IllegalArgumentException("a model needs layers (" + layers.size() + "), hidden (" + hidden
                    + "), vocabulary (" + vocabulary + ") and context (" + contextTokens + ")");
        }
    }
}
