package io.jgemma.engine.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sequences over real page memory; a token is written as one distinctive value at the place of its first key. */
class KvSequenceTest {

    private static final int PAGE = KvLayout.PAGE_TOKENS;
    private static final int[] WINDOWS = {0, 100, 300};

    private final CpuBackend backend = CpuBackend.open(KernelSet.SCALAR, 1);
    private final KvPool pool = new KvPool(backend, plan());
    private final SplittableRandom random = new SplittableRandom(99);

    @AfterEach
    void everythingIsFreed() {
        assertThat(pool.pagesInUse()).as("pages left").isZero();
        pool.close();
        pool.close();
        assertThat(backend.allocatedBuffers()).isZero();
        assertThat(backend.allocatedBytes()).isZero();
        backend.close();
    }

    private static KvPlan plan() {
        List<LayerSpec> layers = new ArrayList<>();
        RopeSpec rope = RopeSpec.of(RopeSpec.Style.HALVES, 2, 1e4, 1);
        for (int i = 0; i < 6; i++) {
            layers.add(new LayerSpec(1, 1, 2, 2, WINDOWS[i % 3], 1, rope, 1, Activation.SILU));
        }
        return KvPlan.of(new ModelSpec("test", 1000, 1, 1, 1e-6f, layers), QuantTypes.F32, QuantTypes.F32);
    }

    @Test
    void layersOfOneShapeShareAGroup() {
        assertThat(pool.plan().groups()).hasSize(3).allMatch(group -> group.layers() == 2);
        assertThat(pool.plan().layers()).hasSize(6);
        assertThatThrownBy(() -> KvPlan.of(
                        new ModelSpec(
                                "test",
                                1,
                                1,
                                1,
                                1,
                                List.of(new LayerSpec(
                                        1,
                                        1,
                                        32,
                                        32,
                                        0,
                                        1,
                                        RopeSpec.of(RopeSpec.Style.HALVES, 2, 1e4, 1),
                                        1,
                                        Activation.SILU))),
                        QuantTypes.Q4_K,
                        QuantTypes.F16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Q4_K");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 255, 256, 257, 1000, 10_000})
    void theFormulaCountsWhatIsHeld(int tokens) {
        try (Model model = new Model(pool.sequence())) {
            while (model.values.size() < tokens) {
                model.append(Math.min(1 + random.nextInt(400), tokens - model.values.size()));
            }
            long held = 0;
            for (int g = 0; g < WINDOWS.length; g++) {
                held += model.pages(g).size() * pool.plan().groups().get(g).pageBytes();
            }
            assertThat(pool.plan().bytes(tokens)).isEqualTo(held);
            model.verify();
        }
    }

    @Test
    void writingAfterAForkLeavesTheOtherAlone() {
        try (Model first = new Model(pool.sequence())) {
            first.append(300);
            try (Model second = first.fork()) {
                second.append(20);
                first.append(70);
                second.rewind(290);
                second.append(5);
                first.verify();
                second.verify();
            }
            first.verify();
        }
    }

    @Test
    void pagesReservedButNotWrittenAreNotShared() {
        try (Model first = new Model(pool.sequence())) {
            first.append(250);
            first.sequence.reserve(600);
            try (Model second = first.fork()) {
                first.append(100);
                second.append(100);
                first.verify();
                second.verify();
            }
        }
    }

    @Test
    void randomOperationsMatchAList() {
        List<Model> models = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            if (models.isEmpty()) {
                models.add(new Model(pool.sequence()));
            }
            int at = random.nextInt(models.size());
            Model model = models.get(at);
            switch (random.nextInt(9)) {
                case 0, 1, 2 -> model.append(random.nextInt(model.values.size() > 1500 ? 2 : 200));
                case 3 -> model.rewind(random.nextInt(model.values.size() + 1));
                case 4 -> model.sequence.reserve(random.nextInt(500));
                case 5 -> {
                    if (models.size() < 6) {
                        models.add(model.fork());
                    }
                }
                case 6 -> {
                    if (models.size() < 6) {
                        models.add(new Model(pool.sequence()));
                    }
                }
                case 7 -> {
                    models.set(at, model.savedAndLoaded());
                    model.close();
                }
                default -> {
                    if (random.nextInt(3) == 0) {
                        model.close();
                        models.remove(at);
                    }
                }
            }
            Set<Buffer> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
            for (Model each : models) {
                for (int g = 0; g < WINDOWS.length; g++) {
                    distinct.addAll(each.pages(g));
                }
            }
            assertThat(pool.pagesInUse()).as("pages after operation %d", i).isEqualTo(distinct.size());
            if (i % 10 == 0) {
                models.forEach(Model::verify);
            }
        }
        models.forEach(Model::close);
    }

    @Test
    void aReadThatFailsLeavesNothingHeld() throws IOException {
        byte[] saved;
        KvExtent extent;
        try (Model model = new Model(pool.sequence())) {
            model.append(700);
            extent = model.sequence.extent();
            saved = model.saved();
        }
        for (int length : new int[] {0, 1, 1000, saved.length / 2, saved.length - 1}) {
            assertThatThrownBy(() -> pool.read(extent, channel(Arrays.copyOf(saved, length))))
                    .isInstanceOf(EOFException.class);
            assertThat(pool.pagesInUse()).isZero();
        }
        KvExtent other = new KvExtent(700, List.of(new KvExtent.Group(0, 1)));
        assertThatThrownBy(() -> pool.read(other, channel(saved))).isInstanceOf(IllegalArgumentException.class);
        assertThat(pool.pagesInUse()).isZero();
    }

    private static ReadableByteChannel channel(byte[] content) {
        return Channels.newChannel(new ByteArrayInputStream(content));
    }

    @Test
    void closingAPoolInUseIsRefused() {
        try (Model model = new Model(pool.sequence())) {
            model.append(1);
            assertThatThrownBy(pool::close).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> model.sequence.rewind(2)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> model.sequence.rewind(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** A sequence beside the list of values that it should hold. */
    private final class Model implements AutoCloseable {
        private final KvSequence sequence;
        private final List<Float> values = new ArrayList<>();
        private final int[] firstPages = new int[WINDOWS.length];

        Model(KvSequence sequence) {
            this.sequence = sequence;
        }

        Model fork() {
            Model copy = new Model(sequence.fork());
            copy.values.addAll(values);
            System.arraycopy(firstPages, 0, copy.firstPages, 0, firstPages.length);
            return copy;
        }

        byte[] saved() throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            sequence.writeTo(Channels.newChannel(out));
            assertThat(out.size()).isEqualTo((int) sequence.extent().bytes(pool.plan()));
            return out.toByteArray();
        }

        Model savedAndLoaded() {
            try {
                Model copy = new Model(pool.read(sequence.extent(), channel(saved())));
                copy.values.addAll(values);
                System.arraycopy(firstPages, 0, copy.firstPages, 0, firstPages.length);
                return copy;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void append(int count) {
            sequence.reserve(count);
            for (int i = 0; i < count; i++) {
                int position = values.size();
                float value = random.nextInt(1 << 24);
                values.add(value);
                for (int g = 0; g < WINDOWS.length; g++) {
                    element(g, position, 0, value);
                    element(g, position, 1, -value);
                }
            }
            sequence.advance(count);
            for (int g = 0; g < WINDOWS.length; g++) {
                KvLayout group = pool.plan().groups().get(g);
                firstPages[g] = Math.max(firstPages[g], KvPlan.firstPage(group, values.size()));
            }
        }

        void rewind(int tokens) {
            int expected = tokens;
            for (int g = 1; g < WINDOWS.length; g++) {
                if (firstPages[g] > 0 && tokens - WINDOWS[g] + 1 < firstPages[g] * PAGE) {
                    expected = 0;
                }
            }
            assertThat(sequence.rewind(tokens)).isEqualTo(expected);
            values.subList(expected, values.size()).clear();
            if (expected == 0) {
                Arrays.fill(firstPages, 0);
            }
        }

        private float element(int group, int position, int slot, float written) {
            KvLayout layout = pool.plan().groups().get(group);
            Buffer page = sequence.tables().get(group).page(position / PAGE);
            Tensor key = new Tensor(QuantTypes.F32, 1, 1, page, layout.keyOffset(slot, 0, position % PAGE));
            var memory = backend.read(key);
            if (!Float.isNaN(written)) {
                memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, written);
            }
            return memory.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0);
        }

        List<Buffer> pages(int group) {
            List<Buffer> pages = new ArrayList<>();
            try {
                for (int i = firstPages[group]; ; i++) {
                    pages.add(sequence.tables().get(group).page(i));
                }
            } catch (IllegalStateException e) {
                return pages;
            }
        }

        void verify() {
            assertThat(sequence.length()).isEqualTo(values.size());
            for (int g = 0; g < WINDOWS.length; g++) {
                for (int p = firstPages[g] * PAGE; p < values.size(); p++) {
                    float value = values.get(p);
                    if (element(g, p, 0, Float.NaN) != value || element(g, p, 1, Float.NaN) != -value) {
                        assertThat(element(g, p, 0, Float.NaN))
                                .as("token %d", p)
                                .isEqualTo(value);
                        assertThat(element(g, p, 1, Float.NaN))
                                .as("token %d", p)
                                .isEqualTo(-value);
                    }
                }
            }
        }

        @Override
        public void close() {
            sequence.close();
            sequence.close();
        }
    }
}
