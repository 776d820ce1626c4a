package io.jgemma.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class LogitBiasTest {
    private final LogitBias.Converter converter = new LogitBias.Converter();

    @ParameterizedTest
    @CsvSource({"15043+1,15043,1", "15043-0.5,15043,-0.5", "7-inf,7,-Infinity", "0+.25,0,0.25", "3+2.,3,2"})
    void readsIdSignAndAmount(String text, int token, float bias) {
        assertThat(converter.convert(text)).isEqualTo(new LogitBias(token, bias));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5+", "+1", "a+1", "5=1", "5+1e3", "5+inf", "99999999999+1"})
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> converter.convert(text)).isInstanceOf(TypeConversionException.class);
    }
}
