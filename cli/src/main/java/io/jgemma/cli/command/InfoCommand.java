package io.jgemma.cli.command;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.machine.MachineReport;
import io.jgemma.cli.model.KvChoices;
import io.jgemma.cli.options.BatchOptions;
import io.jgemma.cli.options.KvOptions;
import io.jgemma.cli.options.KvTypeConverter;
import io.jgemma.cli.options.ModelOptions;
import io.jgemma.cli.options.RuntimeOptions;
import io.jgemma.cli.options.SizeConverter;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.MemoryEstimate;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.plan.MemoryPlan;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.text.TokenizerException;
import io.jgemma.engine.text.Tokenizers;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is in a model's file, and what memory it needs. Opens the file only: no weight is read. */
@Command(
        name = "info",
        description = "Show what is in a GGUF file and what memory it needs, or what this machine computes with.",
        abbreviateSynopsis = true)
public final class InfoCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = {"-c", "--ctx-size"},
            paramLabel = "N",
            defaultValue = "0",
            converter = SizeConverter.class,
            description =
                    "Tokens of context to plan for; 0 = what the model was trained for. Default: ${DEFAULT-VALUE}.")
    private int contextTokens;

    @Mixin
    private BatchOptions batch = new BatchOptions();

    @Mixin
    private KvOptions kv = new KvOptions();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(
            names = "--system",
            description = "Show this machine instead: processor, instructions, kernels and why, speed of memory, GPUs.")
    private boolean system;

    public InfoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (system) {
            if (model.isNamed()) {
                throw new UsageException("--system shows this machine; leave the model out");
            }
            MachineReport report = MachineReport.measured();
            console.out().print(json ? report.json() + "\n" : report.text()).flush();
            return 0;
        }
        if (contextTokens < 0) {
            throw new UsageException("-c " + contextTokens + " is out of range; 0 stands for the model's own context");
        }
        try (GgufFile file = Engine.openFile(model.file(console).orElse(null))) {
            ModelSpec spec = Engine.specOf(file);
            InfoReport report = new InfoReport(file, spec, memory(file, spec));
            warnOfTokenizer(file);
            console.out()
                    .print(json ? InfoJson.of(report) + "\n" : report.text())
                    .flush();
        }
        return 0;
    }

    /** What a command that computes would say of the vocabulary, or why it would refuse it. */
    private void warnOfTokenizer(GgufFile file) {
        try {
            Tokenizers.of(file.metadata()).warnings().forEach(warning -> console.note("warning: " + warning));
        } catch (TokenizerException e) {
            console.note("warning: " + e.getMessage());
        }
    }

    private InfoReport.Memory memory(GgufFile file, ModelSpec spec) {
        int context = contextTokens > 0 ? RuntimeOptions.checked(contextTokens) : spec.contextTokens();
        MemoryPlan plan = MemoryEstimate.of(
                file, kv.applyTo(batch.applyTo(EngineOptions.embedded())).withContextTokens(context));
        return new InfoReport.Memory(
                context,
                KvTypeConverter.spelling(kv.key()),
                KvTypeConverter.spelling(kv.value()),
                plan,
                KvChoices.layerBytes(spec, kv.key(), kv.value()),
                KvChoices.of(spec, context, kv.key(), kv.value()));
    }
}
