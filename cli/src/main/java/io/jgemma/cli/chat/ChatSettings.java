package io.jgemma.cli.chat;

import io.jgemma.engine.sample.SamplerOptions;
import java.util.List;

/**
 * How answers are made.
 *
 * @param sampling how tokens are chosen
 * @param maxTokens tokens of an answer at most; less than 0 = no limit
 * @param stops texts that end an answer
 */
record ChatSettings(SamplerOptions sampling, int maxTokens, List<String> stops) {
    ChatSettings {
        stops = List.copyOf(stops);
    }
}
