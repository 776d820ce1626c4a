package io.jgemma.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.quant.QuantTypes;
import org.junit.jupiter.api.Test;

class TensorTest {

    private static Buffer buffer(long bytes) {
        return new Buffer() {
            @Override
            public long byteSize() {
                return bytes;
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void viewsLieWhereTheirRowsLie() {
        Tensor tensor = new Tensor(QuantTypes.Q4_0, 6, 64, buffer(1000), 100);
        assertThat(tensor.rowBytes()).isEqualTo(36);
        assertThat(tensor.byteSize()).isEqualTo(216);
        assertThat(tensor.slice(2, 3).offsetBytes()).isEqualTo(172);
        assertThat(tensor.slice(6, 0).rows()).isZero();
        assertThat(tensor.reshape(12, 32).rowBytes()).isEqualTo(18);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Buffer memory = buffer(400);
        assertThatThrownBy(() -> new Tensor(QuantTypes.F32, 10, 11, memory, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Tensor(QuantTypes.F32, 10, 10, memory, 4))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Tensor(QuantTypes.Q4_0, 1, 31, memory, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Tensor(QuantTypes.F32, -1, 1, memory, 0))
                .isInstanceOf(IllegalArgumentException.class);
        Tensor tensor = new Tensor(QuantTypes.F32, 9, 10, memory, 4);
        assertThatThrownBy(() -> tensor.slice(8, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tensor.slice(-1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tensor.slice(Long.MAX_VALUE, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tensor.reshape(10, 10)).isInstanceOf(IllegalArgumentException.class);
    }
}
