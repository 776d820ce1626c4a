package io.jgemma.cli.command;

import io.jgemma.cli.io.Lines;
import io.jgemma.cli.io.Sizes;
import io.jgemma.cli.model.KvChoices;
import io.jgemma.cli.model.ModelFacts;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.plan.MemoryPlan;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import java.util.Locale;

/**
 * What there is to say about a model's file.
 *
 * @param file the file, open
 * @param spec shape of its model
 * @param memory what it needs
 */
record InfoReport(GgufFile file, ModelSpec spec, Memory memory) {
    private static final int VALUE_CHARACTERS = 100;

    /**
     * Memory for one context.
     *
     * @param contextTokens tokens of it
     * @param keyType how K is cached
     * @param valueType how V is cached
     * @param plan bytes
     * @param layerBytes bytes of K and V that a token takes in one layer, a page's means included
     * @param choices what other types of K and V take
     */
    record Memory(
            int contextTokens,
            String keyType,
            String valueType,
            MemoryPlan plan,
            double layerBytes,
            KvChoices choices) {}

    /** The model's name. */
    String name() {
        return file.metadata().string("general.name", file.name());
    }

    /** Everything, for people. */
    String text() {
        StringBuilder out = new StringBuilder();
        ModelFacts facts = ModelFacts.of(file);
        summary(out, facts);
        metadata(out);
        tensors(out);
        types(out, facts);
        memory(out);
        return out.toString();
    }

    private void summary(StringBuilder out, ModelFacts facts) {
        line(out, Lines.onOneLine(name()));
        row(out, "file", file.name());
        row(
                out,
                "size",
                Sizes.bytes(file.byteSize())
                        + (file.paths().size() > 1 ? " in " + file.paths().size() + " parts" : ""));
        row(out, "format", "GGUF version " + file.version());
        row(out, "architecture", spec.architecture());
        row(out, "parameters", Sizes.count(facts.parameters()));
        row(out, "layers", layers());
        row(out, "hidden", Integer.toString(spec.hidden()));
        row(out, "vocabulary", spec.vocabulary() + " tokens");
        row(out, "trained for", spec.contextTokens() + " tokens of context");
    }

    private String layers() {
        long sliding = spec.layers().stream().filter(LayerSpec::sliding).count();
        int all = spec.layers().size();
        if (sliding == 0) {
            return Integer.toString(all);
        }
        int window = spec.layers().stream().mapToInt(LayerSpec::window).max().orElse(0);
        return all + ", of which " + sliding + " see a window of " + window + " tokens";
    }

    private void metadata(StringBuilder out) {
        line(out, "\nMetadata");
        for (String key : file.metadata().keys()) {
            row(out, key, file.metadata().preview(key, VALUE_CHARACTERS));
        }
    }

    private void tensors(StringBuilder out) {
        line(
                out,
                String.format(
                        Locale.ROOT, "\n%-36s %-8s %12s  %s", "Tensors", "type", "bytes", "shape, fastest first"));
        for (GgufTensor tensor : file.tensors()) {
            line(
                    out,
                    String.format(
                            Locale.ROOT,
                            "  %-34s %-8s %12d  %s",
                            Lines.onOneLine(tensor.name()),
                            tensor.type().name(),
                            tensor.byteSize(),
                            tensor.shape()));
        }
    }

    private static void types(StringBuilder out, ModelFacts facts) {
        line(out, String.format(Locale.ROOT, "\n%-12s %8s %16s", "Types", "tensors", "bytes"));
        for (ModelFacts.TypeShare share : facts.types()) {
            line(
                    out,
                    String.format(
                            Locale.ROOT,
                            "  %-10s %8d %16d  %s",
                            share.type(),
                            share.tensors(),
                            share.bytes(),
                            Sizes.bytes(share.bytes())));
        }
    }

    private void memory(StringBuilder out) {
        MemoryPlan plan = memory.plan();
        line(
                out,
                String.format(
                        Locale.ROOT,
                        "\nMemory for %d tokens of context (K %s, V %s)",
                        memory.contextTokens(),
                        memory.keyType(),
                        memory.valueType()));
        row(out, "weights", Sizes.bytes(plan.weightsBytes()) + ", as in the file");
        row(
                out,
                "K/V",
                Sizes.bytes(plan.kvBytes()) + ", " + Sizes.bytes(Math.round(plan.kvTokenBytes()))
                        + " for each further token");
        row(out, "K/V of a token in one layer", String.format(Locale.ROOT, "%.1f bytes", memory.layerBytes()));
        for (KvChoices.Choice choice : memory.choices().others()) {
            row(out, "K/V as " + choice.type(), Sizes.bytes(choice.bytes()));
        }
        row(out, "buffers", Sizes.bytes(plan.bufferBytes()));
        row(out, "together", Sizes.bytes(plan.totalBytes()));
    }

    private static void row(StringBuilder out, String name, String value) {
        line(out, String.format(Locale.ROOT, "  %-34s %s", Lines.onOneLine(name), Lines.onOneLine(value)));
    }

    private static void line(StringBuilder out, String text) {
        out.append(text).append('\n');
    }
}
