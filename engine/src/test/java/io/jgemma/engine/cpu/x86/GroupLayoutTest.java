package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.kernel.WeightLayout;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.weights.groups.GroupFormat;
import io.jgemma.engine.cpu.x86.weights.groups.RowGroups;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a layout packed, it gives back bit for bit, and what lies behind the last row is zero. */
class GroupLayoutTest {

    private final SplittableRandom random = new SplittableRandom(3);

    private static X86Kernels kernels(boolean narrow) {
        X86Support found = X86Support.find();
        X86Support support = narrow ? found.limitedTo(Isa.AVX2) : found;
        assumeTrue(support.isPresent(), "no assembled kernels on this machine");
        return X86Kernels.assemble(support, OtherKernels.ofThisJvm(), 16);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rowsComeBackBitForBit(boolean narrow) {
        try (X86Kernels kernels = kernels(narrow)) {
            for (RowGroups format : RowGroups.all(kernels.width())) {
                WeightLayout layout = kernels.layout(format.type()).orElseThrow();
                for (int rows : new int[] {1, 15, 16, 17, 40}) {
                    for (int blocks : new int[] {1, 2, 3, 8, 23}) {
                        check(format, layout, rows, format.type().blockSize() * blocks);
                    }
                }
            }
        }
    }

    /** Larger than a huge page, packed in two parts. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void largeWeightsLieInPagesOfTheirOwn(boolean narrow) {
        try (X86Kernels kernels = kernels(narrow)) {
            RowGroups format = GroupFormat.all(kernels.width()).getFirst();
            check(format, kernels.layout(format.type()).orElseThrow(), 1030, 4096);
        }
    }

    private void check(RowGroups format, WeightLayout layout, int rows, int columns) {
        QuantType type = format.type();
        byte[] content = new byte[(int) type.bytes((long) rows * columns)];
        random.nextBytes(content);
        try (Arena arena = Arena.ofConfined();
                Scratch scratch = new Scratch()) {
            MemorySegment gguf = arena.allocate(content.length).copyFrom(MemorySegment.ofArray(content));
            Operand w = new Operand().set(type, gguf, 0, type.bytes(columns), rows, columns);
            MemorySegment packed = arena.allocate(layout.bytes(rows, columns), 64);
            assertThat(packed.byteSize()).isEqualTo(format.bytes(rows, columns));
            int half = rows / 32 * 16;
            layout.pack(w, packed, half, rows, scratch);
            layout.pack(w, packed, 0, half, scratch);
            MemorySegment row = arena.allocate(w.rowBytes());
            for (int r = 0; r < rows; r++) {
                layout.unpack(packed, columns, r, row);
                assertThat(row.mismatch(gguf.asSlice(w.row(r), w.rowBytes())))
                        .as("%s, row %d of %d, %d columns", type.name(), r, rows, columns)
                        .isEqualTo(-1);
            }
            for (int r = rows; r < format.groups(rows) * format.rows(); r++) {
                layout.unpack(packed, columns, r, row);
                assertThat(row.mismatch(arena.allocate(w.rowBytes()))).isEqualTo(-1);
            }
        }
    }
}
