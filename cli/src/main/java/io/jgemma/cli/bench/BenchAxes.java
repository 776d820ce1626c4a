package io.jgemma.cli.bench;

import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.options.KvTypeConverter;
import io.jgemma.cli.options.SizeConverter;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.quant.QuantType;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Settings that may be lists: every combination of them is measured, the last one named changing fastest. */
final class BenchAxes {

    @Option(
            names = "--cpu-kernels",
            paramLabel = "NAME[,N..]",
            split = ",",
            defaultValue = "auto",
            description = "CPU kernels, as run has them. Default: ${DEFAULT-VALUE}.")
    private List<KernelSet> kernels = List.of();

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N[,N..]",
            split = ",",
            defaultValue = "0",
            description = "CPU threads; 0 = physical cores. Default: ${DEFAULT-VALUE}.")
    private List<Integer> threads = List.of();

    @Option(
            names = {"-b", "--batch-size"},
            paramLabel = "N[,N..]",
            split = ",",
            defaultValue = "2048",
            converter = SizeConverter.class,
            description = "Prompt tokens fed at a time. Default: ${DEFAULT-VALUE}.")
    private List<Integer> batches = List.of();

    @Option(
            names = {"-ub", "--ubatch-size"},
            paramLabel = "N[,N..]",
            split = ",",
            defaultValue = "512",
            converter = SizeConverter.class,
            description = "Rows computed together. Default: ${DEFAULT-VALUE}.")
    private List<Integer> microBatches = List.of();

    @Option(
            names = {"-ctk", "--cache-type-k"},
            paramLabel = "TYPE[,T..]",
            split = ",",
            defaultValue = "f16",
            converter = KvTypeConverter.class,
            description = "How K is cached. Default: ${DEFAULT-VALUE}.")
    private List<QuantType> keyTypes = List.of();

    @Option(
            names = {"-ctv", "--cache-type-v"},
            paramLabel = "TYPE[,T..]",
            split = ",",
            defaultValue = "f16",
            converter = KvTypeConverter.class,
            description = "How V is cached. Default: ${DEFAULT-VALUE}.")
    private List<QuantType> valueTypes = List.of();

    /**
     * One combination.
     *
     * @param kernels CPU kernels asked for
     * @param threads CPU threads; 0 = physical cores
     * @param batchTokens prompt tokens fed at a time
     * @param microBatchTokens rows computed together, at most a batch
     * @param keyType how K is cached
     * @param valueType how V is cached
     */
    record Setting(
            KernelSet kernels,
            int threads,
            int batchTokens,
            int microBatchTokens,
            QuantType keyType,
            QuantType valueType) {

        /** {@code options} with all but the threads. */
        EngineOptions applyTo(EngineOptions options) {
            return options.withKernels(kernels)
                    .withBatchTokens(batchTokens, microBatchTokens)
                    .withKvTypes(keyType, valueType);
        }
    }

    /**
     * All combinations.
     *
     * @throws UsageException when a number makes no sense
     */
    List<Setting> settings() {
        if (threads.stream().anyMatch(n -> n < 0)) {
            throw new UsageException("lengths, depths and threads must not be negative");
        }
        if (batches.stream().anyMatch(n -> n < 1) || microBatches.stream().anyMatch(n -> n < 1)) {
            throw new UsageException("-b and -ub need at least 1 token");
        }
        List<Setting> all = new ArrayList<>();
        for (KernelSet set : kernels) {
            for (int count : threads) {
                for (int batch : batches) {
                    for (int rows : microBatches) {
                        addTypes(
                                all,
                                new Setting(
                                        set,
                                        count,
                                        batch,
                                        Math.min(rows, batch),
                                        keyTypes.getFirst(),
                                        valueTypes.getFirst()));
                    }
                }
            }
        }
        return all;
    }

    private void addTypes(List<Setting> all, Setting base) {
        for (QuantType key : keyTypes) {
            for (QuantType value : valueTypes) {
                all.add(new Setting(base.kernels, base.threads, base.batchTokens, base.microBatchTokens, key, value));
            }
        }
    }
}
