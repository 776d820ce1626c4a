package io.jgemma.engine.model;

/**
 * What stands before and after the blocks of a decoder.
 *
 * @param embeddingScale factor on embeddings
 * @param outputNorm the norm behind the last block
 */
public record DecoderEnds(float embeddingScale, OutputNorm outputNorm) {

    /** Kinds of norms. */
    public enum OutputNorm {
        /** {@link io.jgemma.engine.nn.RmsNorm}. */
        RMS,
        /** {@link io.jgemma.engine.nn.LayerNorm}, with a bias where the file has one. */
        LAYER
    }

    /** With RMSNorm. */
    public static DecoderEnds of(float embeddingScale) {
        return new DecoderEnds(embeddingScale, OutputNorm.RMS);
    }
}
