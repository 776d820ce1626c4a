package io.jgemma.engine.kv;

import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

/**
 * Which layers share pages, and what they take. Layers of the same heads and window on the same stage form a group with one
 * page table.
 *
 * @param groups layout of each group
 * @param stages which of the stages that layers run on each group belongs to, counted from 0
 * @param layers place of each layer of the model, first to last
 */
public record KvPlan(List<KvLayout> groups, List<Integer> stages, List<KvLayer> layers) {

    /** Types that K and V can be stored in. */
    public static final List<QuantType> TYPES =
            List.of(QuantTypes.F32, QuantTypes.F16, QuantTypes.BF16, QuantTypes.Q8_0, QuantTypes.Q4_0);

    /**
     * Tokens that a window layer keeps beyond its window, so that a sequence can be cut by as many without computing the
     * window again.
     */
    static final int SLACK_TOKENS = KvLayout.PAGE_TOKENS;

    public KvPlan {
        groups = List.copyOf(groups);
        stages = List.copyOf(stages);
        layers = List.copyOf(layers);
    }

    /** Layers of one shape and stage while they are counted. */
    private record Kind(int stage, KvLayout shape) {}

    /**
     * The plan for a model whose layers run in one place.
     *
     * @throws IllegalArgumentException when K or V cannot be stored so
     */
    public static KvPlan of(ModelSpec model, QuantType keyType, QuantType valueType) {
        return of(model, keyType, valueType, layer -> 0);
    }

    /**
     * The plan for a model.
     *
     * @param stageOf the stage of a layer, counted from 0
     * @throws IllegalArgumentException when K or V cannot be stored so
     */
    public static KvPlan of(ModelSpec model, QuantType keyType, QuantType valueType, IntUnaryOperator stageOf) {
        requireType("K", keyType);
        requireType("V", valueType);
        List<Kind> kinds = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        List<int[]> places = new ArrayList<>();
        for (int i = 0; i < model.layers().size(); i++) {
            LayerSpec layer = model.layers().get(i);
            KvLayout shape = KvLayout.of(
                    1, layer.kvHeads(), layer.keyDim(), layer.valueDim(), keyType, valueType, layer.window());
            Kind kind = new Kind(stageOf.applyAsInt(i), shape);
            int group = kinds.indexOf(kind);
            if (group < 0) {
                group = kinds.size();
                kinds.add(kind);
                counts.add(0);
            }
            places.add(new int[] {group, counts.get(group)});
            counts.set(group, counts.get(group) + 1);
        }
        List<KvLayout> groups = new ArrayList<>();
        for (int g = 0; g < kinds.size(); g++) {
            KvLayout s = kinds.get(g).shape();
            groups.add(new KvLayout(counts.get(g), s.kvHeads(), s.keys(), s.values(), s.window()));
        }
        List<KvLayer> layers = places.stream()
                .map(p -> new KvLayer(groups.get(p[0]), p[0], p[1]))
                .toList();
        return new KvPlan(groups, kinds.stream().map(Kind::stage).toList(), layers);
    }

    /** The plan of one stage alone: its groups, and the layers that belong to them. */
    public KvPlan of(int stage) {
        List<KvLayout> groupsHere = new ArrayList<>();
        List<KvLayer> layersHere = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            if (stages.get(g) == stage) {
                int group = g;
                layers.stream()
                        .filter(layer -> layer.group() == group)
                        .forEach(layer -> layersHere.add(new KvLayer(layer.layout(), groupsHere.size(), layer.slot())));
                groupsHere.add(groups.get(g));
            }
        }
        return new KvPlan(groupsHere, groupsHere.stream().map(_ -> 0).toList(), layersHere);
    }

    /** Whether K or V stored as {@code type} is rounded to fewer than 16 bits a value. */
    public static boolean quantized(QuantType type) {
        return type.blockSize() > 1;
    }

    private static void requireType(String what, QuantType type) {
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException(what + " cannot be cached as " + type.name()
                    + ": choose "
                    + String.join(", ", TYPES.stream().map(QuantType::name).toList())
                            .toLowerCase(Locale.ROOT));
        }
    }

    /** First page of a group that a sequence of {@code tokens} tokens still holds. */
    static int firstPage(KvLayout group, int tokens) {
        return group.window() == 0 ? 0 : Math.max(0, tokens - group.window() + 1 - SLACK_TOKENS) / KvLayout.PAGE_TOKENS;
    }

    /**
     * Bytes that one sequence holds once {@code tokens} tokens were appended: whole pages, window layers without what left
     * the window, and where K or V is quantized the recent tiles of the tail and the sink.
     */
    public long bytes(int tokens) {
        long bytes = 0;
        for (KvLayout group : groups) {
            int tail = group.tiled() ? KvLayout.tailStart(0, tokens) : tokens;
            int inPages = group.plain() ? tokens : tail;
            int pages = Math.ceilDiv(inPages, KvLayout.PAGE_TOKENS) - firstPage(group, tokens);
            int tiles = Math.ceilDiv(tokens - tail, KvLayout.TILE_TOKENS) + (group.sink() && tail > 0 ? 1 : 0);
            bytes += pages * group.pageBytes() + tiles * group.recentTileBytes();
        }
        return bytes;
    }

    /**
     * The most bytes that one sequence holds while it grows to {@code tokens} tokens, a few at a time: {@link #bytes}, a page
     * and two recent tiles more in every group.
     */
    public long peakBytes(int tokens) {
        return bytes(tokens)
                + groups.stream()
                        .mapToLong(g -> g.pageBytes() + 2 * g.recentTileBytes())
                        .sum();
    }

    /** The longest sequence, up to {@code most} tokens, that can grow within so many bytes; see {@link #peakBytes}. */
    public int tokensWithin(long limitBytes, int most) {
        int low = 0;
        int high = most;
        while (low < high) {
            int middle = low + (high - low + 1) / 2;
            if (peakBytes(middle) <= limitBytes) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Whether there are layers with a window: they forget what has left it. */
    public boolean windowed() {
        return groups.stream().anyMatch(group -> group.window() > 0);
    }

    /** Bytes that one more token takes in the layers without a window: a page's over 256, means included. */
    public double tokenBytes() {
        return groups.stream()
                .filter(group -> group.window() == 0)
                .mapToDouble(KvLayout::tokenBytes)
                .sum();
    }
}
