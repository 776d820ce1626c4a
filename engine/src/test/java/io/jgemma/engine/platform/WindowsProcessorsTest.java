package io.jgemma.engine.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class WindowsProcessorsTest {

    @Test
    void recordsOfDifferentLengthsAreCounted() {
        ByteBuffer records = ByteBuffer.allocate(48 + 16 + 48).order(ByteOrder.LITTLE_ENDIAN);
        records.putInt(0, 0).putInt(4, 48);
        records.putInt(48, 3).putInt(52, 16);
        records.putInt(64, 0).putInt(68, 48);

        assertThat(WindowsProcessors.cores(MemorySegment.ofBuffer(records))).isEqualTo(2);
        assertThat(WindowsProcessors.cores(MemorySegment.ofArray(new byte[0]))).isZero();
        assertThat(WindowsProcessors.cores(MemorySegment.ofArray(new byte[16])))
                .as("records without a length end all the same")
                .isEqualTo(2);
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void thereAreCores() {
        assertThat(WindowsProcessors.physicalCores().orElseThrow()).isPositive();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void otherSystemsAreNotAsked() {
        assertThat(WindowsProcessors.physicalCores()).isEmpty();
    }
}
