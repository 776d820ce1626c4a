package io.jgemma.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.cuda.kernels.KernelImages;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The stand-in's instructions against Java, on edge values and random ones. */
@OnStandIn
class OpcodeTest {
    private static final int THREADS = 512;
    private static final long[] EDGES = {
        0,
        1,
        2,
        3,
        7,
        8,
        15,
        16,
        31,
        32,
        33,
        63,
        64,
        100,
        127,
        128,
        129,
        255,
        256,
        32767,
        32768,
        65535,
        65536,
        Integer.MAX_VALUE,
        0x80000000L,
        0xffffffffL,
        1L << 32,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -2,
        -32768
    };
    private static final float[] FLOAT_EDGES = {
        0,
        -0f,
        0.5f,
        1,
        1.5f,
        2.5f,
        -2.5f,
        3.5f,
        127.5f,
        255.5f,
        1e-40f,
        -1e-40f,
        Float.MIN_NORMAL,
        3.4e38f,
        65504,
        65520,
        6e-8f,
        -3e9f,
        0x1p31f,
        9.3e18f,
        2e19f,
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY
    };

    /** One module with an entry for each case. */
    static String module(List<OpcodeCases.Case> cases) {
        StringBuilder ptx = new StringBuilder(".version 7.0\n.target sm_80\n.address_size 64\n");
        for (int k = 0; k < cases.size(); k++) {
            ptx.append(entry("case" + k, cases.get(k)));
        }
        return ptx.toString();
    }

    private static String entry(String name, OpcodeCases.Case one) {
        String[] types = one.each();
        StringBuilder s = new StringBuilder(".visible .entry " + name
                + "(.param .u64 y, .param .u64 a, .param .u64 b, .param .u64 c)\n{\n"
                + ".reg .b32 %r<9>; .reg .b64 %rd<9>;\n");
        for (int k = 0; k < types.length; k++) {
            s.append(".reg .%s %%v%d;\n".formatted(register(types[k]), k));
        }
        s.append("mov.u32 %r1, %tid.x;\nmul.wide.u32 %rd1, %r1, 8;\n");
        for (int k = 1; k < types.length; k++) {
            s.append("ld.param.u64 %%rd2, [%s];\nadd.s64 %%rd2, %%rd2, %%rd1;\n".formatted("abc".substring(k - 1, k)));
            if (types[k].equals("p")) {
                s.append("ld.global.u32 %%r2, [%%rd2];\nsetp.ne.s32 %%v%d, %%r2, 0;\n".formatted(k));
            } else {
                s.append("ld.global.b%d %%v%d, [%%rd2];\n".formatted(OpcodeCases.held(types[k]), k));
            }
        }
        String[] opcode = one.opcode().split("#", 2);
        s.append(opcode[0]);
        for (int k = 0; k < types.length; k++) {
            s.append(k == 0 ? " %v" : ", %v").append(k);
        }
        s.append(opcode.length > 1 ? ", " + opcode[1] : "").append(";\n");
        s.append("ld.param.u64 %rd3, [y];\nadd.s64 %rd3, %rd3, %rd1;\n");
        if (types[0].equals("p")) {
            s.append("selp.u32 %r3, 1, 0, %v0;\nst.global.u32 [%rd3], %r3;\n");
        } else {
            s.append("st.global.b%d [%%rd3], %%v0;\n".formatted(OpcodeCases.held(types[0])));
        }
        return s.append("ret;\n}\n").toString();
    }

    private static String register(String type) {
        return type.equals("p") ? "pred" : type.equals("f32") ? "f32" : "b" + OpcodeCases.held(type);
    }

    private static long value(String type, Random random) {
        if (type.equals("p")) {
            return random.nextInt(2);
        }
        if (type.equals("f32")) {
            float any = random.nextInt(3) > 0
                    ? (float) (random.nextGaussian() * Math.pow(10, random.nextInt(8) - 3))
                    : FLOAT_EDGES[random.nextInt(FLOAT_EDGES.length)];
            return FloatCases.raw(any);
        }
        long any = random.nextInt(3) > 0 ? EDGES[random.nextInt(EDGES.length)] : random.nextLong();
        int held = type.contains("@") ? OpcodeCases.held(type) : OpcodeCases.bits(type);
        return OpcodeCases.extend(any, "u" + held);
    }

    @Test
    void everyInstructionDoesWhatTheIsaSays() {
        List<OpcodeCases.Case> cases = OpcodeCases.all();
        List<String> wrong = new ArrayList<>();
        try (Gpu gpu = Gpu.begin("")) {
            long module = gpu.driver.loadModule(gpu.arena.allocateFrom(module(cases)));
            MemorySegment[] in = new MemorySegment[3];
            long[] addresses = new long[4];
            for (int k = 0; k < 4; k++) {
                addresses[k] = gpu.driver.allocate(8 * THREADS);
            }
            Random random = new Random(7);
            for (int k = 0; k < cases.size(); k++) {
                OpcodeCases.Case one = cases.get(k);
                String[] types = one.each();
                Arguments arguments = gpu.arguments().put(addresses[3]);
                for (int o = 0; o < 3; o++) {
                    in[o] = gpu.arena.allocate(8 * THREADS, 8);
                    for (int t = 0; t < THREADS && o + 1 < types.length; t++) {
                        in[o].setAtIndex(ValueLayout.JAVA_LONG, t, value(types[o + 1], random));
                    }
                    gpu.driver.copyToDevice(addresses[o], in[o], gpu.stream);
                    arguments.put(addresses[o]);
                }
                gpu.driver.launch(
                        gpu.driver.function(module, "case" + k), LaunchShape.of(1, 1, THREADS), arguments, gpu.stream);
                compare(one, in, gpu.download(addresses[3], 8 * THREADS), wrong);
            }
        }
        assertThat(cases.size()).isGreaterThan(300);
        assertThat(wrong).isEmpty();
    }

    private static void compare(OpcodeCases.Case one, MemorySegment[] in, MemorySegment out, List<String> wrong) {
        String[] types = one.each();
        for (int t = 0; t < THREADS; t++) {
            long[] operands = new long[3];
            for (int o = 0; o + 1 < types.length; o++) {
                long raw = in[o].getAtIndex(ValueLayout.JAVA_LONG, t);
                operands[o] = types[o + 1].equals("p") || types[o + 1].equals("f32")
                        ? raw
                        : OpcodeCases.extend(raw, types[o + 1]);
            }
            long expected = one.reference().apply(operands[0], operands[1], operands[2]);
            long got = out.getAtIndex(ValueLayout.JAVA_LONG, t);
            if (!same(one, expected, got)) {
                wrong.add("%s of %x, %x, %x: expected %x, got %x"
                        .formatted(one.opcode(), operands[0], operands[1], operands[2], expected, got));
                return;
            }
        }
    }

    private static boolean same(OpcodeCases.Case one, long expected, long got) {
        String type = one.each()[0];
        if (type.equals("f32")) {
            float e = FloatCases.value(expected);
            float g = FloatCases.value(got);
            return Float.isNaN(e)
                    ? Float.isNaN(g)
                    : one.tolerance() == 0
                            ? (int) expected == (int) got
                            : e == g || Math.abs(e - g) <= one.tolerance() * Math.max(1e-30, Math.abs(e));
        }
        String unsigned = type.equals("p") ? "u32" : "u" + OpcodeCases.held(type);
        return OpcodeCases.extend(expected, unsigned) == OpcodeCases.extend(got, unsigned);
    }

    /** Whatever a kernel that ships uses has a test here, in {@link WarpOpcodeTest} or {@link MatrixOpcodeTest}. */
    @Test
    void everyInstructionOfTheKernelsIsTested() {
        Set<String> tested = new HashSet<>(WarpOpcodeTest.TESTED);
        tested.addAll(MatrixOpcodeTest.TESTED);
        OpcodeCases.all().forEach(one -> tested.add(one.opcode().split("#", 2)[0]));
        Set<String> untested = new HashSet<>();
        for (String name : KernelImages.NAMES) {
            for (int target : KernelImages.TARGETS) {
                new String(KernelImages.text(name, target), StandardCharsets.UTF_8)
                        .replaceAll("//[^\n]*|\\{[^;{}\n]*\\}", "")
                        .replaceAll("[{}]", "\n")
                        .lines()
                        .flatMap(line -> line.lines().flatMap(each -> List.of(each.split(";", -1)).stream()))
                        .map(String::strip)
                        .map(line -> line.replaceFirst("^@!?%p\\d+\\s+", ""))
                        .filter(line -> line.matches("[a-z][a-z0-9_.]*(\\s.*)?"))
                        .map(line ->
                                line.split("\\s", 2)[0].replace(".nc.", ".").replace("bra.uni", "bra"))
                        .filter(opcode -> !tested.contains(opcode))
                        .forEach(untested::add);
            }
        }
        assertThat(untested).isEmpty();
    }
}
