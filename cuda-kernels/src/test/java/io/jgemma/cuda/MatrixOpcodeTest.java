package io.jgemma.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fragments of mma and ldmatrix against plain products and plain indices, element by element as the PTX ISA lists them. */
@OnStandIn
class MatrixOpcodeTest {
    private static final String PREFIX = """
            .version 7.0
            .target sm_80
            .address_size 64
            .visible .entry k(.param .u64 y, .param .u64 x)
            {
            .reg .b32 %r<60>;
            .reg .b64 %rd<9>;
            .shared .align 16 .b8 s[4096];
            ld.param.u64 %rd1, [y];
            ld.param.u64 %rd2, [x];
            mov.u32 %r50, %tid.x;
            mul.wide.u32 %rd3, %r50, 4;
            add.s64 %rd1, %rd1, %rd3;
            add.s64 %rd2, %rd2, %rd3;
            """;

    /** Loads n words a lane from x, word by word, runs the instruction, stores m words. */
    private static int[] run(Gpu gpu, String instruction, int[][] in, int out) {
        StringBuilder s = new StringBuilder(PREFIX);
        for (int k = 0; k < in.length; k++) {
            s.append("ld.global.u32 %%r%d, [%%rd2+%d];\n".formatted(20 + k, 128 * k));
        }
        s.append(instruction);
        for (int k = 0; k < out; k++) {
            s.append("st.global.u32 [%%rd1+%d], %%r%d;\n".formatted(128 * k, k));
        }
        int[] words = new int[32 * in.length];
        for (int k = 0; k < in.length; k++) {
            System.arraycopy(in[k], 0, words, 32 * k, 32);
        }
        long x = gpu.upload(gpu.arena.allocateFrom(ValueLayout.JAVA_INT, words));
        long y = gpu.driver.allocate(128L * out);
        long function = gpu.function(s.append("ret;\n}\n").toString(), "k");
        gpu.driver.launch(
                function, LaunchShape.of(1, 1, 32), gpu.arguments().put(y).put(x), gpu.stream);
        return gpu.download(y, 128L * out).toArray(ValueLayout.JAVA_INT);
    }

    private static String registers(int from, int count) {
        StringBuilder s = new StringBuilder("{");
        for (int k = 0; k < count; k++) {
            s.append(k == 0 ? "%r" : ", %r").append(from + k);
        }
        return s.append("}").toString();
    }

    /** Element k (of those in one word) of a word in the given type. */
    private static double element(int word, String type, int k) {
        return type.equals("f16")
                ? Float.float16ToFloat((short) (word >> (16 * k)))
                : type.equals("s8") ? (byte) (word >> (8 * k)) : (word >> (8 * k)) & 255;
    }

    /** Spellings that the tests here run and {@link OpcodeTest} asks about. */
    static final Set<String> TESTED = Set.of(
            "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32",
            "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32",
            "mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32",
            "mma.sync.aligned.m16n8k16.row.col.s32.s8.s8.s32",
            "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32",
            "mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32");

    @ParameterizedTest
    @FieldSource("TESTED")
    void multiplies(String opcode) {
        String[] parts = opcode.split("\\.", -1);
        String shape = parts[3];
        String typeA = parts[7];
        String typeB = parts[8];
        String[] mnk = shape.substring(1).split("[nk]", -1);
        int m = Integer.parseInt(mnk[0]);
        int length = Integer.parseInt(mnk[2]);
        boolean half = typeA.equals("f16");
        int per = half ? 2 : 4;
        int wordsB = length / (4 * per);
        int wordsA = m / 8 * wordsB;
        int wordsD = m / 4;
        Random random = new Random(length);
        int[][] in = new int[wordsA + wordsB + wordsD][32];
        double[][] a = new double[m][length];
        double[][] b = new double[length][8];
        double[][] c = new double[m][8];
        for (int w = 0; w < in.length; w++) {
            for (int lane = 0; lane < 32; lane++) {
                int group = lane >> 2;
                int inGroup = lane % 4;
                int small = half ? halves(random) : random.nextInt();
                in[w][lane] = small;
                if (w >= wordsA + wordsB) {
                    int i = w - wordsA - wordsB;
                    int row = i < 2 ? group : group + 8;
                    in[w][lane] = half ? Float.floatToRawIntBits(random.nextInt(100)) : random.nextInt(1000);
                    c[row][inGroup * 2 + (i & 1)] = half ? Float.intBitsToFloat(in[w][lane]) : in[w][lane];
                    continue;
                }
                for (int e = 0; e < per; e++) {
                    if (w < wordsA) {
                        // a_i, i counting elements: rows alternate between words of one k range.
                        int row = m == 8 || w % 2 == 0 ? group : group + 8;
                        int k = inGroup * per + e + (w < 2 || m == 8 ? 0 : 4 * per);
                        a[row][k] = element(small, typeA, e);
                    } else {
                        int k = inGroup * per + e + (w == wordsA ? 0 : 4 * per);
                        b[k][group] = element(small, typeB, e);
                    }
                }
            }
        }
        String mma = "%s %s, %s, %s, %s;\n"
                .formatted(
                        opcode,
                        registers(0, wordsD),
                        registers(20, wordsA),
                        registers(20 + wordsA, wordsB),
                        registers(20 + wordsA + wordsB, wordsD));
        try (Gpu gpu = Gpu.begin("")) {
            int[] d = run(gpu, mma, in, wordsD);
            for (int i = 0; i < wordsD; i++) {
                for (int lane = 0; lane < 32; lane++) {
                    int row = (lane >> 2) + (i < 2 ? 0 : 8);
                    int column = lane % 4 * 2 + (i & 1);
                    double sum = c[row][column];
                    for (int k = 0; k < length; k++) {
                        sum += a[row][k] * b[k][column];
                    }
                    int got = d[32 * i + lane];
                    double product = half ? Float.intBitsToFloat(got) : got;
                    assertThat(product).as("row %d, column %d", row, column).isEqualTo(sum);
                }
            }
            assertThat(gpu.standIn.kernel("k").get("mmaMultiplyAdds").asInt()).isEqualTo(m * 8 * length);
        }
    }

    /** Two small multiples of a quarter: sums of products are exact. */
    private static int halves(Random random) {
        int low = Float.floatToFloat16((random.nextInt(33) - 16) / 4f) & 0xffff;
        return Float.floatToFloat16((random.nextInt(33) - 16) / 4f) << 16 | low;
    }

    @ParameterizedTest
    @ValueSource(strings = {"x1", "x2", "x4", "x1.trans", "x2.trans", "x4.trans"})
    void loadsMatrices(String what) {
        int matrices = what.charAt(1) - '0';
        // Row r of matrix j lies at 16 (8 j + r); its 16-bit element e is 100 j + 10 r + e. Lane 8 j + r holds its
        // address.
        int[][] in = new int[4][32];
        for (int k = 0; k < 128; k++) {
            int row = k / 4;
            int first = 100 * (row / 8) + 10 * (row % 8) + 2 * (k % 4);
            in[k % 4][row] = first | (first + 1) << 16;
        }
        String body = """
                mov.u32 %%r40, s;
                shl.b32 %%r41, %%r50, 4;
                add.s32 %%r42, %%r40, %%r41;
                st.shared.v4.u32 [%%r42], {%%r20, %%r21, %%r22, %%r23};
                bar.sync 0;
                ldmatrix.sync.aligned.m8n8.%s.shared.b16 %s, [%%r42];
                """.formatted(what, registers(0, matrices));
        try (Gpu gpu = Gpu.begin("")) {
            int[] d = run(gpu, body, in, matrices);
            for (int j = 0; j < matrices; j++) {
                for (int lane = 0; lane < 32; lane++) {
                    for (int e = 0; e < 2; e++) {
                        int row = lane / 4;
                        int column = lane % 4 * 2 + e;
                        int expected =
                                what.endsWith("trans") ? 100 * j + 10 * column + row : 100 * j + 10 * row + column;
                        assertThat(d[32 * j + lane] >> (16 * e) & 0xffff).isEqualTo(expected);
                    }
                }
            }
        }
    }
}
