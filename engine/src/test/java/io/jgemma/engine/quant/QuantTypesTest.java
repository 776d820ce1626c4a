package io.jgemma.engine.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantTypesTest {

    static List<GoldenBlocks> undecodedGoldenBlocks() {
        return GoldenBlocks.all().stream()
                .filter(golden -> QuantTypes.find(golden.ggufId()).isEmpty())
                .toList();
    }

    @Test
    void listsTheTypesOnce() {
        assertThat(QuantTypes.all().stream().map(QuantType::name))
                .containsExactlyInAnyOrder(
                        "F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K",
                        "Q6_K", "IQ4_NL", "IQ4_XS", "MXFP4");
        assertThat(QuantTypes.all().stream().map(QuantType::ggufId)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("undecodedGoldenBlocks")
    void refusesTypesOfTheReferenceByTheirName(GoldenBlocks golden) {
        assertThatExceptionOfType(UnsupportedQuantTypeException.class)
                .isThrownBy(() -> QuantTypes.byId(golden.ggufId()))
                .withMessageContaining("tensor type " + golden.type() + " is not supported")
                .satisfies(e -> assertThat(e.ggufId()).isEqualTo(golden.ggufId()));
    }

    @ParameterizedTest
    @CsvSource({
        "4, Q4_2",
        "5, Q4_3",
        "9, Q8_1",
        "15, Q8_K",
        "24, I8",
        "25, I16",
        "26, I32",
        "27, I64",
        "28, F64",
        "31, Q4_0_4_4",
        "32, Q4_0_4_8",
        "33, Q4_0_8_8",
        "36, IQ4_NL_4_4",
        "37, IQ4_NL_4_8",
        "38, IQ4_NL_8_8",
        "40, NVFP4",
        "41, Q1_0"
    })
    void refusesOtherKnownTypesByTheirName(int ggufId, String name) {
        assertThat(QuantTypes.find(ggufId)).isEmpty();
        assertThat(QuantTypes.find(name)).isEmpty();
        assertThatExceptionOfType(UnsupportedQuantTypeException.class)
                .isThrownBy(() -> QuantTypes.byId(ggufId))
                .withMessageContaining("tensor type " + name + " is not supported")
                .withMessageContaining("Q4_0");
    }

    @ParameterizedTest
    @ValueSource(ints = {42, 1000, -1, Integer.MIN_VALUE})
    void refusesUnknownTypesByTheirNumber(int ggufId) {
        assertThatExceptionOfType(UnsupportedQuantTypeException.class)
                .isThrownBy(() -> QuantTypes.byId(ggufId))
                .withMessageContaining("unknown tensor type number " + Integer.toUnsignedString(ggufId));
    }

    @Test
    void findsNamesInAnyCase() {
        assertThat(QuantTypes.find("q4_k")).containsSame(QuantTypes.Q4_K);
        assertThat(QuantTypes.find("Bf16")).containsSame(QuantTypes.BF16);
        assertThat(QuantTypes.find("q4")).isEmpty();
    }
}
