package io.jgemma.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class SizeConverterTest {

    @ParameterizedTest
    @CsvSource({"512,512", "16K,16384", "16k,16384", "1M,1048576", "0,0", "-1,-1", "' 7 ',7"})
    void readsCountsWithAndWithoutSuffix(String text, int tokens) {
        assertThat(SizeConverter.parse(text)).isEqualTo(tokens);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "K", "16KB", "1.5K", "many", "2147483648", "9999999M", "99999999999999999999"})
    void refusesWhatIsNoCount(String text) {
        assertThatThrownBy(() -> SizeConverter.parse(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "' is not a number of tokens");
    }
}
