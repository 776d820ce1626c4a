package io.jgemma.cli.bench;

/**
 * What all tests of one engine share.
 *
 * @param version of jgemma
 * @param cpu the processor's name
 * @param backend what computes
 * @param kernels CPU kernels asked for, as {@code --cpu-kernels} spells them
 * @param modelFile the model's path, or the embedded model's name
 * @param modelType architecture, parameters and the type most weights have, e.g. {@code gemma3 268.10 M Q4_0}
 * @param modelBytes bytes of all tensors
 * @param modelParameters elements of all tensors
 * @param batchTokens prompt tokens fed at a time
 * @param microBatchTokens rows computed together
 * @param threads CPU threads
 * @param keyType type of the K cache
 * @param valueType type of the V cache
 */
record BenchSetup(
        String version,
        String cpu,
        String backend,
        String kernels,
        String modelFile,
        String modelType,
        long modelBytes,
        long modelParameters,
        int batchTokens,
        int microBatchTokens,
        int threads,
        String keyType,
        String valueType) {}
