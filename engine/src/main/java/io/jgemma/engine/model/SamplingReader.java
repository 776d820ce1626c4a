package io.jgemma.engine.model;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufMetadata;
import io.jgemma.engine.sample.SamplerOptions;

/** Reads how a file wants its tokens chosen: the keys {@code general.sampling.*}. */
public final class SamplingReader {

    private static final String PREFIX = "general.sampling.";

    private SamplingReader() {}

    /**
     * What a file says, laid over what its family says.
     *
     * @throws ModelException when a value is out of range; the message names file and key
     */
    public static SamplerOptions read(GgufFile file, SamplerOptions family) {
        GgufMetadata metadata = file.metadata();
        try {
            return family.toBuilder()
                    .temperature((float) metadata.real(PREFIX + "temp", family.temperature()))
                    .topK(metadata.int32(PREFIX + "top_k", family.topK()))
                    .topP((float) metadata.real(PREFIX + "top_p", family.topP()))
                    .minP((float) metadata.real(PREFIX + "min_p", family.minP()))
                    .repeatPenalty((float) metadata.real(PREFIX + "penalty_repeat", family.repeatPenalty()))
                    .repeatLastN(metadata.int32(PREFIX + "penalty_last_n", family.repeatLastN()))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ModelException(file.name() + ": a key " + PREFIX + "* is out of range: " + e.getMessage(), e);
        }
    }
}
