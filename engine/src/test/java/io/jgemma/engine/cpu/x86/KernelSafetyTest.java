package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.CallingConvention;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.attention.X86WordAttention;
import io.jgemma.engine.cpu.x86.elements.ElementRows;
import io.jgemma.engine.cpu.x86.elements.FirstAbove;
import io.jgemma.engine.cpu.x86.elements.X86Elements;
import io.jgemma.engine.cpu.x86.weights.X86Rows;
import io.jgemma.engine.cpu.x86.weights.panels.X86WidePanels;
import io.jgemma.engine.spec.RopeSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every kernel, called as {@link GuardedCalls} says at odd sizes. A kernel that strays ends the JVM, and so the build.
 */
class KernelSafetyTest {

    private GuardedCalls calls;

    @BeforeEach
    void needsTheMachine() {
        assumeTrue(X86Support.find().isPresent(), "no assembled kernels on this machine");
    }

    private void load(Isa isa) {
        assumeTrue(isa.runsOn(X86Support.find().features().orElseThrow()), () -> "no " + isa.title() + " here");
        Map<String, byte[]> codes = new LinkedHashMap<>(codes(isa));
        codes.put("careless", new Assembler().mov(Gp.R14, 7).ret().finish());
        codes.put(
                "careless on Windows",
                new Assembler()
                        .mov(Gp.RDI, 7)
                        .movups(Vec.xmm(7), Mem.at(Gp.RSP))
                        .ret()
                        .finish());
        calls = new GuardedCalls(codes);
    }

    @AfterEach
    void close() {
        if (calls != null) {
            calls.close();
        }
    }

    /** All routines, for prompts' activations of 8 and of 16 bits. */
    static Map<String, byte[]> codes(Isa isa) {
        Map<String, byte[]> codes = new LinkedHashMap<>(X86Kernels.codes(isa, 1));
        codes.putAll(X86Kernels.codes(isa, 2));
        return codes;
    }

    @Test
    void theStubsNoticeChangedRegisters() {
        load(Isa.AVX2);
        assertThat(calls.changedRegisters(CallingConvention.SYSTEM_V, "careless", 0))
                .isEqualTo(1);
        assertThat(calls.changedRegisters(CallingConvention.WIN64, "careless", 0))
                .isEqualTo(1);
        assertThat(calls.changedWithoutEntry(CallingConvention.WIN64, "careless on Windows"))
                .isEqualTo(2);
        assertThat(calls.changedRegisters(CallingConvention.WIN64, "careless on Windows", 0))
                .isZero();
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void kernelsKeepRegistersAndStayInsideTheirOperands(Isa isa) {
        load(isa);
        ProductCalls products = new ProductCalls(calls);
        AttentionCalls attention = new AttentionCalls(calls);
        for (int end = 0; end < 2; end++) {
            calls.putAtEnd(end == 1);
            for (int blocks : new int[] {1, 2, 7, 8, 9, 23}) {
                if (!X86Rows.supports(isa)) {
                    products.blockRows(blocks);
                }
                if (X86WidePanels.supports(isa)) {
                    products.widePanels(blocks);
                } else {
                    products.panels(blocks);
                    products.narrowActivations(blocks);
                    products.bytePanels(isa, blocks);
                }
                products.groups(isa, blocks);
            }
        }
        for (int end = 0; end < 2; end++) {
            calls.putAtEnd(end == 1);
            elements();
        }
        if (X86Rows.supports(isa)) {
            for (int end = 0; end < 2; end++) {
                calls.putAtEnd(end == 1);
                products.wideRows();
            }
        }
        for (int end = 0; end < 2; end++) {
            calls.putAtEnd(end == 1);
            attention.attention(isa);
            if (X86WidePanels.supports(isa)) {
                attention.byteAttention();
            }
            if (X86WordAttention.supports(isa)) {
                attention.wordAttention();
            }
        }
        assertThat(calls.called()).containsAll(new ArrayList<>(codes(isa).keySet()));
    }

    private void elements() {
        for (int runs : new int[] {1, 3}) {
            calls.call("first above", calls.zeros(4L * FirstAbove.RUN * runs), runs, 0, 0);
        }
        for (int columns : new int[] {1, 7, 8, 19, 32, 35}) {
            for (int rows : new int[] {1, 3}) {
                long bytes = 4L * columns;
                for (ElementRows.Kind kind : ElementRows.Kind.values()) {
                    long toBytes = kind == ElementRows.Kind.ENCODE ? bytes / 2 : bytes;
                    long to = calls.zeros(toBytes * rows);
                    long from = calls.bytes(bytes * rows);
                    long other = calls.bytes(bytes);
                    calls.call(kind.title(), to, from, other, toBytes, bytes, 0, rows, columns, 0);
                }
                for (RopeSpec.Style style : RopeSpec.Style.values()) {
                    long heads = 2;
                    long headBytes = 2 * bytes + 8;
                    long x = calls.bytes(rows * heads * headBytes);
                    long table = calls.bytes(2 * bytes * rows);
                    String routine = X86Elements.rotation(style);
                    calls.call(routine, x, table, heads * headBytes, 2 * bytes, rows, columns, heads, headBytes);
                }
            }
        }
    }
}
