package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.kernel.WeightLayout;
import io.jgemma.engine.cpu.vector.VectorKernels;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.weights.groups.GroupFormat;
import io.jgemma.engine.cpu.x86.weights.groups.RowGroups;
import io.jgemma.engine.cpu.x86.weights.groups.X86Groups;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a layout packed, it gives back bit for bit, and what lies behind the last row is zero. */
class GroupLayoutTest {

    private final SplittableRandom random = new SplittableRandom(3);

    private static X86Kernels kernels() {
        X86Support support = X86Support.find();
        assumeTrue(
                support.isPresent()
                        && X86Groups.supports(Isa.of(support.features().orElseThrow())),
                "no AVX-512");
        return X86Kernels.assemble(support, new VectorKernels(), 16);
    }

    @Test
    void rowsComeBackBitForBit() {
        try (X86Kernels kernels = kernels()) {
            for (RowGroups format : RowGroups.all()) {
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
    @Test
    void largeWeightsLieInPagesOfTheirOwn() {
        try (X86Kernels kernels = kernels()) {
            RowGroups format = GroupFormat.all().getFirst();
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
            MemorySegment packed = layout.allocate(rows, columns, arena);
            assertThat(packed.address() % 64).isZero();
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
            for (int r = rows; r < RowGroups.groups(rows) * RowGroups.ROWS; r++) {
                layout.unpack(packed, columns, r, row);
                assertThat(row.mismatch(arena.allocate(w.rowBytes()))).isEqualTo(-1);
            }
        }
    }
}
