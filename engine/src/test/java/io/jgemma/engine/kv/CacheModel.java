package io.jgemma.engine.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A pool of K/V pages and its sequences, each beside the F32 keys and values that it was given. What an attention over a
 * sequence gives is compared with what {@link NoisyAttention} allows for these.
 */
final class CacheModel implements AutoCloseable {

    /** Most tokens of one append. */
    static final int MOST_ROWS = 300;

    private static final long UNKNOWN = -1;

    private final Backend backend;
    private final SplittableRandom random;
    private final KvPool pool;
    private final int group;
    private final TokenContent content;
    private final List<Line> lines = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();
    private final Tensor out;
    private final Tensor query;
    private final Tensor newKeys;
    private final Tensor newValues;

    /**
     * An empty pool.
     *
     * @param group query heads of a K/V head
     */
    CacheModel(Backend backend, KvPlan plan, int group, SplittableRandom random) {
        this.backend = backend;
        this.random = random;
        this.group = group;
        pool = new KvPool(backend, plan);
        content = new TokenContent(random);
        KvLayout shape = plan.groups().getFirst();
        out = tensor(shape.kvHeads() * group * shape.valueDim());
        query = tensor(shape.kvHeads() * group * shape.keyDim());
        newKeys = tensor(shape.kvHeads() * shape.keyDim());
        newValues = tensor(shape.kvHeads() * shape.valueDim());
    }

    private Tensor tensor(int columns) {
        Buffer buffer = backend.allocate(4L * MOST_ROWS * columns);
        buffers.add(buffer);
        return new Tensor(QuantTypes.F32, MOST_ROWS, columns, buffer, 0);
    }

    KvPool pool() {
        return pool;
    }

    List<Line> lines() {
        return lines;
    }

    /** A new, empty sequence. */
    Line open() {
        return add(new Line(pool.sequence()));
    }

    private Line add(Line line) {
        lines.add(line);
        return line;
    }

    /** Fails unless what is counted is what the sequences hold, each page once. */
    void recount() {
        Set<Buffer> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        lines.forEach(line -> distinct.addAll(line.held().buffers()));
        assertThat(pool.pagesInUse()).as("pages in use").isEqualTo(distinct.size());
        assertThat(pool.bytesInUse())
                .as("bytes in use")
                .isEqualTo(distinct.stream().mapToLong(Buffer::byteSize).sum());
    }

    /** Frees the pool's memory, which all sequences must have given back. */
    @Override
    public void close() {
        pool.close();
        assertThat(pool.bytes()).as("bytes after closing").isZero();
        buffers.forEach(Buffer::close);
    }

    /** A sequence and what was appended to it. */
    final class Line {
        private final KvSequence sequence;
        private int[] tokens = {};
        private float @Nullable [] unchanged;
        private long checksum = UNKNOWN;

        private Line(KvSequence sequence) {
            this.sequence = sequence;
        }

        int length() {
            return tokens.length;
        }

        /** A sequence with the same content. */
        Line fork() {
            Line copy = add(new Line(sequence.fork()));
            copy.tokens = tokens;
            copy.unchanged = unchanged;
            return copy;
        }

        /** Appends random tokens in one step, and checks attention of the first rows of it in one layer and head. */
        void append(int count, int checkedRows) {
            int before = length();
            int[] grown = content.append(tokens, count);
            reserveAsTold(count);
            List<KvLayer> layers = pool.plan().layers();
            int checked = random.nextInt(layers.size());
            for (int l = 0; l < layers.size(); l++) {
                fill(l, grown, before, count);
                int rows = l == checked ? Math.min(checkedRows, count) : 0;
                if (rows > 0) {
                    check(l, grown, before, rows);
                }
                KvSpan all = KvSpan.causal(0, count, before, sequence.tables());
                backend.ops().storeKv(layers.get(l), List.of(all), newKeys, newValues);
            }
            sequence.advance(count);
            tokens = grown;
            change();
        }

        private void fill(int layer, int[] all, int from, int count) {
            KvLayout layout = pool.plan().layers().get(layer).layout();
            for (int head = 0; head < layout.kvHeads(); head++) {
                put(newKeys, head, content.keys(layout, salt(layer, head), all, from, count), layout.keyDim());
                put(newValues, head, content.values(layout, salt(layer, head), all, from, count), layout.valueDim());
            }
        }

        private int salt(int layer, int head) {
            return 7 * layer + 3 * head;
        }

        private void put(Tensor tensor, int head, float[] vectors, int dim) {
            MemorySegment memory = backend.read(tensor);
            for (int r = 0; r < vectors.length / dim; r++) {
                long at = r * tensor.rowBytes() + 4L * head * dim;
                MemorySegment.copy(vectors, r * dim, memory, ValueLayout.JAVA_FLOAT_UNALIGNED, at, dim);
            }
        }

        private void check(int layer, int[] all, int position, int rows) {
            KvLayer place = pool.plan().layers().get(layer);
            KvLayout layout = place.layout();
            int head = random.nextInt(layout.kvHeads());
            int end = position + rows;
            float[] k = content.keys(layout, salt(layer, head), all, 0, end);
            float scale = (float) (1 / Math.sqrt(layout.keyDim()));
            KvSpan span = KvSpan.causal(0, rows, position, sequence.tables());
            int aimed = random.nextInt(Math.max(0, layout.window() == 0 ? 0 : position - layout.window() + rows), end);
            float[] q = random.nextBoolean()
                    ? content.towards(k, aimed, layout.keyDim(), scale)
                    : content.noise(layout.keyDim());
            int queryHead = head * group + random.nextInt(group);
            for (int r = 0; r < rows; r++) {
                long at = r * query.rowBytes() + 4L * queryHead * q.length;
                MemorySegment.copy(q, 0, backend.read(query), ValueLayout.JAVA_FLOAT_UNALIGNED, at, q.length);
            }
            attend(place, span, rows, scale);
            int tail = sequence.tables().get(place.group()).tailStart();
            float[] v = content.values(layout, salt(layer, head), all, 0, end);
            var expected = new NoisyAttention(layout, k, v, tail);
            for (int r = 0; r < rows; r++) {
                expected.attend(q, scale, span.visibleStart(r, layout.window()), span.visibleEnd(r));
                String verdict = expected.verdict(output(r, queryHead, layout.valueDim()));
                if (!verdict.isEmpty()) {
                    throw new AssertionError("row " + r + " at " + position + ", " + layout + ": " + verdict);
                }
            }
        }

        private void attend(KvLayer place, KvSpan span, int rows, float scale) {
            Tensor k = newKeys.slice(0, rows);
            Tensor v = newValues.slice(0, rows);
            backend.ops().attend(out.slice(0, rows), place, List.of(span), query.slice(0, rows), k, v, scale);
        }

        private float[] output(int row, int queryHead, int dim) {
            return backend.read(out)
                    .asSlice(row * out.rowBytes() + 4L * queryHead * dim, 4L * dim)
                    .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        }

        /**
         * Fails when the memory of this sequence holds other bits than before, or attention over it gives something else,
         * though nothing was done to it.
         */
        void verifyUnchanged() {
            long sum = held().checksum(backend);
            float[] now = probe();
            if (checksum != UNKNOWN) {
                assertThat(sum)
                        .as("checksum of the pages of %d tokens", length())
                        .isEqualTo(checksum);
            }
            if (unchanged != null) {
                requireNear(now, unchanged);
            }
            checksum = sum;
            unchanged = now;
        }

        /** Not to the bit: the order in which the lanes of a vector are added up may change when code is compiled. */
        private void requireNear(float[] now, float[] before) {
            if (!IntStream.range(0, now.length).allMatch(i -> Math.abs(now[i] - before[i]) <= 1e-5f)) {
                throw new AssertionError("a sequence of " + length() + " tokens was disturbed: "
                        + Arrays.toString(before) + " became " + Arrays.toString(now));
            }
        }

        private void change() {
            unchanged = null;
            checksum = UNKNOWN;
        }

        /** Attention of a fixed query over all tokens, in one layer. */
        private float[] probe() {
            int layer = length() % pool.plan().layers().size();
            fill(layer, new int[] {12_345}, 0, 1);
            float[] q = content.numbers((int) query.columns());
            MemorySegment.copy(q, 0, backend.read(query), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, q.length);
            KvSpan span = KvSpan.causal(0, 1, length(), sequence.tables());
            attend(pool.plan().layers().get(layer), span, 1, 0.2f);
            return backend.read(out.slice(0, 1)).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        }

        /** Cuts, and checks that no more is lost than a tile may cost, or a window that is gone. */
        void rewind(int length) {
            boolean quantized = pool.plan().groups().stream().anyMatch(KvLayout::tiled);
            boolean windowGone =
                    tables().stream().anyMatch(table -> table.pages().first() > 0);
            int target = sequence.rewindTarget(length);
            assertThat(sequence.rewind(length)).isEqualTo(target).isEqualTo(sequence.length());
            int most = quantized ? KvLayout.TILE_TOKENS - 1 : 0;
            if (target != 0 || !windowGone) {
                assertThat(target).isBetween(Math.max(0, length - most), length);
            }
            tokens = Arrays.copyOf(tokens, target);
            change();
        }

        /** Makes room that is never used, as a step does that fails. */
        void reserve(int tokens) {
            reserveAsTold(tokens);
            change();
        }

        private void reserveAsTold(int tokens) {
            long before = pool.bytesInUse();
            long told = sequence.bytesToReserve(tokens);
            sequence.reserve(tokens);
            assertThat(pool.bytesInUse() - before).as("bytes to reserve").isEqualTo(told);
        }

        void close() {
            sequence.close();
            sequence.close();
            lines.remove(this);
        }

        private HeldPages held() {
            return new HeldPages(tables());
        }

        private List<KvTable> tables() {
            return sequence.tables().stream().map(KvTable.class::cast).toList();
        }
    }
}
