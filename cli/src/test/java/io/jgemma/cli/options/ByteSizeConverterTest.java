package io.jgemma.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ByteSizeConverterTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "17, 17",
        "1k, 1024",
        "512M, 536870912",
        "1.5G, 1610612736",
        "2GiB, 2147483648",
        "3mb, 3145728",
        "20000G, 21474836480000"
    })
    void readsSizes(String value, long bytes) {
        assertThat(new ByteSizeConverter().convert(value)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1T", "M", "1,5G", "1e3", "99999999999999999999"})
    void refusesTheRest(String value) {
        assertThatThrownBy(() -> new ByteSizeConverter().convert(value))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + value + "' is not a size of memory");
    }
}
