package io.jgemma.engine.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class PlatformTest {

    private static final int HEAD_BYTES = 512;

    @Test
    void theProgramsHeaderTellsTheProcessor() {
        assertThat(Platform.elfMachine(elf(62))).isEqualTo(Platform.ELF_X86_64);
        assertThat(Platform.elfMachine(elf(183))).isEqualTo(Platform.ELF_AARCH64);
        assertThat(Platform.isPe(pe(0x80, 0x8664))).isTrue();
        assertThat(Platform.isPe(pe(0x80, 0xAA64))).as("ARM64").isFalse();
        assertThat(Platform.isPe(elf(62))).isFalse();
        assertThat(Platform.elfMachine(pe(0x80, 0x8664))).isZero();
    }

    @Test
    void headersThatLieOutsideTheFilesHeadAreNone() {
        assertThat(Platform.isPe(head())).isFalse();
        assertThat(Platform.isPe(head().putInt(0x3C, -8))).isFalse();
        assertThat(Platform.isPe(head().putInt(0x3C, HEAD_BYTES - 4))).isFalse();
        assertThat(Platform.isPe(head().putInt(0x3C, Integer.MAX_VALUE))).isFalse();
    }

    private static ByteBuffer head() {
        return ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer elf(int machine) {
        return head().put(0, (byte) 0x7F)
                .put(1, (byte) 'E')
                .put(2, (byte) 'L')
                .put(3, (byte) 'F')
                .putShort(18, (short) machine);
    }

    private static ByteBuffer pe(int header, int machine) {
        return head().putInt(0x3C, header)
                .put(header, (byte) 'P')
                .put(header + 1, (byte) 'E')
                .putShort(header + 4, (short) machine);
    }
}
