package io.jgemma.engine.schedule;

import io.jgemma.engine.kv.KvSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A compressed tree over ids: an edge has a run of ids, and a path from the root is the beginning of one or more sequences
 * that are kept. An {@link Entry} stands where its sequence ends. Not thread-safe.
 */
final class PrefixTree {

    /** A place where at least one sequence ends or two part. */
    private static final class Node {
        private @Nullable Node parent;
        private int[] edge;
        private final Map<Integer, Node> children = new HashMap<>();
        private final List<Entry> entries = new ArrayList<>();

        Node(@Nullable Node parent, int[] edge) {
            this.parent = parent;
            this.edge = edge;
        }
    }

    /** A sequence that is kept. */
    static final class Entry {
        private final KvSequence sequence;
        private final Node node;
        private long lastUsed;
        private int hits;

        private Entry(KvSequence sequence, Node node, long lastUsed) {
            this.sequence = sequence;
            this.node = node;
            this.lastUsed = lastUsed;
        }

        KvSequence sequence() {
            return sequence;
        }

        long lastUsed() {
            return lastUsed;
        }

        /** How often a later prompt began with it. */
        int hits() {
            return hits;
        }

        /** Takes over what is known of one that this makes needless. */
        void inherit(Entry other) {
            hits = Math.max(hits, other.hits);
        }

        void hit(long now) {
            lastUsed = now;
            hits++;
        }
    }

    private final Node root = new Node(null, new int[0]);

    /** Adds a sequence that holds the first {@code length} of some ids. */
    Entry add(TokenList ids, int length, KvSequence sequence, long now) {
        Node node = root;
        int at = 0;
        while (at < length) {
            Node child = node.children.get(ids.get(at));
            if (child == null) {
                child = new Node(node, ids.slice(at, length));
                node.children.put(child.edge[0], child);
                node = child;
                break;
            }
            int same = same(child.edge, ids, at, length);
            if (same < child.edge.length) {
                child = split(child, same);
            }
            at += same;
            node = child;
        }
        Entry entry = new Entry(sequence, node, now);
        node.entries.add(entry);
        return entry;
    }

    private static int same(int[] edge, TokenList ids, int at, int length) {
        int end = Math.min(edge.length, length - at);
        int i = 0;
        while (i < end && edge[i] == ids.get(at + i)) {
            i++;
        }
        return i;
    }

    /** Puts a node in the middle of a node's edge and gives it. */
    private static Node split(Node node, int at) {
        Node before = new Node(node.parent, Arrays.copyOf(node.edge, at));
        if (node.parent != null) {
            node.parent.children.put(before.edge[0], before);
        }
        node.edge = Arrays.copyOfRange(node.edge, at, node.edge.length);
        node.parent = before;
        before.children.put(node.edge[0], node);
        return before;
    }

    /**
     * Shows every entry that has something in common with the first {@code length} of some ids.
     *
     * @param found told the entry and how many leading ids it has in common with them
     */
    void match(TokenList ids, int length, Found found) {
        Node node = root;
        int at = 0;
        while (true) {
            show(node, at, found);
            Node child = at < length ? node.children.get(ids.get(at)) : null;
            if (child == null) {
                // What lies below parts here from the ids, or goes on where they end.
                int common = at;
                node.children.values().forEach(below -> showAll(below, common, found));
                return;
            }
            int same = same(child.edge, ids, at, length);
            int before = at;
            Node way = child;
            node.children.values().stream()
                    .filter(other -> other != way)
                    .forEach(other -> showAll(other, before, found));
            at += same;
            if (same < child.edge.length) {
                showAll(child, at, found);
                return;
            }
            node = child;
        }
    }

    /** Told of entries that begin like some ids. */
    @FunctionalInterface
    interface Found {
        /** An entry with its first {@code common} ids in common. */
        void entry(Entry entry, int common);
    }

    private static void show(Node node, int common, Found found) {
        node.entries.forEach(entry -> found.entry(entry, common));
    }

    private static void showAll(Node node, int common, Found found) {
        if (common > 0) {
            show(node, common, found);
            node.children.values().forEach(child -> showAll(child, common, found));
        }
    }

    /** Shows the entries whose whole ids are a beginning of an entry's, the entry itself excepted. */
    void forEachBefore(Entry entry, Consumer<Entry> action) {
        for (Node node = entry.node; node != null; node = node.parent) {
            List.copyOf(node.entries).stream().filter(other -> other != entry).forEach(action);
        }
    }

    /** Takes an entry out; its sequence stays as it is. */
    void remove(Entry entry) {
        Node node = entry.node;
        node.entries.remove(entry);
        while (node.parent != null && node.entries.isEmpty() && node.children.isEmpty()) {
            Node parent = node.parent;
            parent.children.remove(node.edge[0]);
            node = parent;
        }
    }

    /** Shows all entries. */
    void forEach(Consumer<Entry> action) {
        visit(root, action);
    }

    private static void visit(Node node, Consumer<Entry> action) {
        node.entries.forEach(action);
        node.children.values().forEach(child -> visit(child, action));
    }
}
