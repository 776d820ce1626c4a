package io.jgemma.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.quant.QuantTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KvTypeConverterTest {
    private final KvTypeConverter converter = new KvTypeConverter();

    @Test
    void readsTheTypesThatAreThere() {
        assertThat(converter.convert("f32")).isSameAs(QuantTypes.F32);
        assertThat(converter.convert("F16")).isSameAs(QuantTypes.F16);
        assertThat(converter.convert("bf16")).isSameAs(QuantTypes.BF16);
        assertThat(converter.convert("q8_0")).isSameAs(QuantTypes.Q8_0);
        assertThat(converter.convert("q4_0")).isSameAs(QuantTypes.Q4_0);
        assertThat(KvTypeConverter.spelling(QuantTypes.BF16)).isEqualTo("bf16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"q4_1", "Q5_1", "iq4_nl"})
    void refusesTheOthersByName(String name) {
        assertThatThrownBy(() -> converter.convert(name)).hasMessageContaining("is not supported");
    }

    @Test
    void doesNotPromiseWhatNobodyHas() {
        assertThatThrownBy(() -> converter.convert("q9_9"))
                .hasMessage("'q9_9' is not a type of K/V cache; there are f32, f16, bf16, q8_0, q4_0");
    }
}
