package io.jgemma.engine.model;

import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.spec.ModelSpec;
import java.util.List;

/**
 * What a decoder is made from.
 *
 * @param spec the model's shape
 * @param stages where the layers run, first to last; each layer belongs to one
 * @param kv places of the layers' K and V
 * @param maxRows the most rows of a step
 */
public record DecoderContext(ModelSpec spec, List<Stage> stages, KvPlan kv, int maxRows) {

    public DecoderContext {
        stages = List.copyOf(stages);
        int end = 0;
        for (Stage stage : stages) {
            if (stage.endLayer() <= end) {
                throw new IllegalArgumentException("a stage that ends at layer " + stage.endLayer()
                        + " has no layer, since the one before ends at " + end);
            }
            end = stage.endLayer();
        }
        if (end != spec.layers().size()) {
            throw new IllegalArgumentException(
                    "stages end at layer " + end + " of " + spec.layers().size());
        }
    }
}
