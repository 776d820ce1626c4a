package io.jgemma.cli.options;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.UsageException;
import io.jgemma.engine.plan.Offload;
import io.jgemma.engine.platform.Numa;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What computes, and where the weights lie. */
public final class ComputeOptions {

    private static final List<String> LOAD_MODES = List.of("auto", "mmap", "none", "mlock", "mmap+mlock");

    @Option(
            names = {"-fa", "--flash-attn"},
            paramLabel = "on|auto",
            defaultValue = "auto",
            converter = FlashAttention.Converter.class,
            preprocessor = FlashAttention.OptionalValue.class,
            description = "Flash attention. It is always on.")
    private FlashAttention flashAttention = FlashAttention.AUTO;

    @Option(
            names = "--no-mmap",
            description =
                    "Read the model into private memory instead of mapping its file, which others may then truncate or"
                            + " rewrite: more memory and a slower start.")
    private boolean noMmap;

    @Option(
            names = "--mlock",
            description = "Lock the weights into memory, so that the system never swaps them out or drops them; the"
                    + " shell's limit (ulimit -l) must allow it.")
    private boolean lock;

    @Option(
            names = {"-lm", "--load-mode"},
            paramLabel = "MODE",
            description =
                    "The same in llama.cpp's words: auto or mmap, none = --no-mmap, mlock and mmap+mlock = --mlock.")
    private @Nullable String loadMode;

    @Option(
            names = "--numa",
            paramLabel = "MODE",
            description =
                    "On machines with several memory nodes: distribute = pages on all of them in turn, isolate = threads"
                            + " and memory on one, numactl = as numactl set it.")
    private Numa.@Nullable Mode numa;

    private boolean prepared;

    @Option(
            names = {"-nr", "--no-repack"},
            description =
                    "Use weights in the mapped file instead of repacking them: less memory and a faster start, slower answers.")
    private boolean noRepack;

    @Mixin
    private GpuOptions gpu = new GpuOptions();

    /** What was asked of flash attention; either way it is on. */
    public FlashAttention flashAttention() {
        return flashAttention;
    }

    /** Which layers run on GPUs. */
    public Offload offload() {
        return gpu.offload();
    }

    /** Whether the model's file is mapped; else it is copied into memory. */
    public boolean mapped() {
        return !noMmap && !"none".equals(mode());
    }

    /** Whether weights are locked into memory. */
    public boolean locked() {
        return lock || mode().endsWith("mlock");
    }

    private String mode() {
        String mode = loadMode == null ? "auto" : loadMode.toLowerCase(Locale.ROOT);
        if (!LOAD_MODES.contains(mode)) {
            throw new UsageException("--load-mode '" + loadMode + "' is none of " + String.join(", ", LOAD_MODES));
        }
        return mode;
    }

    /** Says where threads and memory are to be, once, before a model is opened. What is pointless here is told. */
    void prepare() {
        Numa.Mode mode = numa;
        if (mode == null || prepared) {
            return;
        }
        prepared = true;
        if (Numa.nodes() == 1) {
            System.getLogger(ComputeOptions.class.getName())
                    .log(Level.WARNING, "--numa has no effect: all memory of this machine is at one node");
            return;
        }
        Numa.apply(mode).ifPresent(reason -> {
            throw new CommandException(
                    "--numa " + mode.name().toLowerCase(Locale.ROOT) + " is not possible: " + reason);
        });
    }

    /** Whether weights are copied where another order than the file's is faster. */
    public boolean repack() {
        return !noRepack;
    }
}
