package io.jgemma.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Operations are done as without a profile, and added up by what they are done to. */
class ProfiledBackendTest {

    private static final int ROWS = 3;
    private static final int COLUMNS = 64;
    private static final int OUTPUTS = 40;

    private final Arena arena = Arena.ofConfined();
    private final OperationProfile profile = new OperationProfile();
    private final Backend plain = CpuBackend.open(KernelSet.SCALAR, 1);
    private final Backend backend = ProfiledBackend.of(CpuBackend.open(KernelSet.SCALAR, 1), profile);

    @AfterEach
    void close() {
        plain.close();
        backend.close();
        arena.close();
    }

    private Tensor weight(Backend in, String name) {
        MemorySegment values = arena.allocate(4L * OUTPUTS * COLUMNS, 64);
        for (int i = 0; i < OUTPUTS * COLUMNS; i++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i * 31 % 17) / 8f - 1);
        }
        return in.upload(new GgufTensor(name, QuantTypes.F32, GgufShape.of(COLUMNS, OUTPUTS), values));
    }

    private static Tensor activations(Backend in, int columns) {
        Tensor tensor = new Tensor(QuantTypes.F32, ROWS, columns, in.allocate(4L * ROWS * columns), 0);
        MemorySegment values = in.read(tensor);
        for (int i = 0; i < ROWS * columns; i++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, i % 11 / 4f);
        }
        return tensor;
    }

    private static Tensor product(Backend in, Tensor w) {
        Tensor y = activations(in, OUTPUTS);
        in.ops().matmul(y, w, activations(in, COLUMNS));
        return y;
    }

    @Test
    void productsOfAllLayersAreOneRow() {
        Tensor expected = product(plain, weight(plain, "blk.0.attn_q.weight"));
        Tensor first = product(backend, weight(backend, "blk.0.attn_q.weight"));
        product(backend, weight(backend, "blk.11.attn_q.weight"));

        assertThat(backend.read(first).mismatch(plain.read(expected))).isEqualTo(-1);
        assertThat(profile.rows()).singleElement().satisfies(row -> {
            assertThat(row.operation()).isEqualTo("matmul");
            assertThat(row.subject()).isEqualTo("attn_q");
            assertThat(row.calls()).isEqualTo(2);
            assertThat(row.nanos()).isPositive();
            assertThat(row.weightBytes()).isEqualTo(2L * 4 * OUTPUTS * COLUMNS);
            assertThat(row.multiplyAdds()).isEqualTo(2L * OUTPUTS * COLUMNS * ROWS);
        });
        profile.clear();
        assertThat(profile.rows()).isEmpty();
    }

    @Test
    void fusedOperationsAreOneRowWithAllTheirWeights() {
        Tensor gate = weight(backend, "blk.0.ffn_gate.weight");
        Tensor up = weight(backend, "blk.0.ffn_up.weight");
        Tensor y = activations(backend, OUTPUTS);
        backend.ops()
                .gatedMatmul(
                        y, activations(backend, OUTPUTS), gate, up, activations(backend, COLUMNS), Activation.SILU);

        assertThat(profile.rows()).singleElement().satisfies(row -> {
            assertThat(row.subject()).isEqualTo("ffn_gate ffn_up");
            assertThat(row.multiplyAdds()).isEqualTo(2L * OUTPUTS * COLUMNS * ROWS);
        });
    }

    @Test
    void aTableIsNotMultiplied() {
        Tensor table = weight(backend, "token_embd.weight");
        backend.ops().embed(activations(backend, COLUMNS), table, new int[] {1, 0, 39}, 1);

        assertThat(profile.rows()).singleElement().satisfies(row -> {
            assertThat(row.subject()).isEqualTo("token_embd");
            assertThat(row.weightBytes()).isZero();
            assertThat(row.multiplyAdds()).isZero();
        });
    }

    @Test
    void failuresAreTheBackendsOwn() {
        Tensor w = weight(backend, "w");
        Tensor y = activations(backend, OUTPUTS);
        Tensor wrong = activations(backend, OUTPUTS);
        assertThatThrownBy(() -> backend.ops().matmul(y, w, wrong)).isInstanceOf(IllegalArgumentException.class);
        assertThat(profile.rows()).isEmpty();
    }
}
