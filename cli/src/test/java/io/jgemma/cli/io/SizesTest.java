package io.jgemma.cli.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SizesTest {

    @Test
    void usesTheLargestUnitThatLeavesAtLeastOne() {
        assertThat(Sizes.bytes(0)).isEqualTo("0 bytes");
        assertThat(Sizes.bytes(1023)).isEqualTo("1023 bytes");
        assertThat(Sizes.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(Sizes.bytes(150L << 20)).isEqualTo("150.0 MiB");
        assertThat(Sizes.bytes(17_179_869_184L)).isEqualTo("16.00 GiB");
        assertThat(Sizes.count(999)).isEqualTo("999");
        assertThat(Sizes.count(268_098_176)).isEqualTo("268.10 M");
        assertThat(Sizes.count(27_009_000_000L)).isEqualTo("27.01 B");
    }
}
