package io.jgemma.engine.plan;

/**
 * What layers need where they run, in bytes.
 *
 * @param weightsBytes weights, as in the file
 * @param kvBytes K/V pages of one session with a full context; window layers keep their window only
 * @param bufferBytes working buffers
 * @param kvTokenBytes what each further token takes in the layers that see everything
 * @param readTokenBytes weights that are read for each token while tokens are generated one by one
 */
public record MemoryPlan(long weightsBytes, long kvBytes, long bufferBytes, double kvTokenBytes, long readTokenBytes) {

    /** All of it. */
    public long totalBytes() {
        return weightsBytes + kvBytes + bufferBytes;
    }
}
