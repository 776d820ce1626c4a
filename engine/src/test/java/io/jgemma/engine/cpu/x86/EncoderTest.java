package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.AssemblyException;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Op;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every instruction, byte for byte, against what an independent assembler makes of it. */
class EncoderTest {

    private static final Vec X1 = Vec.xmm(1);
    private static final Vec Y1 = Vec.ymm(1);
    private static final Vec Y2 = Vec.ymm(2);

    @Test
    void everyInstructionHasTheReferencesBytes() throws IOException {
        Map<String, byte[]> table = InstructionTable.load();
        for (InstructionCases.Case each : InstructionCases.all()) {
            byte[] expected = table.get(each.text());
            assertThat(expected)
                    .as("the table has no line for '%s'", each.text())
                    .isNotNull();
            assertThat(HexFormat.of().formatHex(each.code()))
                    .as(each.text())
                    .isEqualTo(HexFormat.of().formatHex(expected));
        }
    }

    @Test
    void formsThatDoNotExistAreRefused() {
        refuses(a -> a.emit(Op.VPADDW, Y1, X1, Y2));
        refuses(a -> a.emit(Op.VPADDW, Y1, Y1, X1));
        refuses(a -> a.emit(Op.VPADDW, Y1, Y1, Gp.RAX));
        refuses(a -> a.emit(Op.VPADDW, Y1, Y2));
        refuses(a -> a.emit(Op.VMOVUPS, Y1, Y2, Y2));
        refuses(a -> a.emit(Op.VMOVUPS, Mem.at(Gp.RAX), Y2));
        refuses(a -> a.emit(Op.VPMOVZXBW, Y1, Y2));
        refuses(a -> a.emit(Op.VCVTPS2PH, Y1, Y2, 0));
        refuses(a -> a.emit(Op.VBROADCASTI128, Y1, X1));
        refuses(a -> a.emit(Op.VBROADCASTI128, X1, Mem.at(Gp.RAX)));
        refuses(a -> a.emit(Op.VMOVSS_LOAD, Y1, Mem.at(Gp.RAX)));
        refuses(a -> a.emit(Op.VPSRLW, Y1, X1, 4));
        refuses(a -> a.emit(Op.VPSRLW, Y1, Y2, 256));
        refuses(a -> a.emit(Op.VPSRLW, Y1, Y2, -1));
        refuses(a -> a.emit(Op.VPSIGNB, Vec.ymm(16), Vec.ymm(0), Vec.ymm(0)));
        refuses(a -> a.emit(Op.VPERM2I128, Vec.zmm(1), Vec.zmm(0), Vec.zmm(0), 1));
        refuses(a -> a.emitBroadcast(Op.VPADDW, Y1, Y1, Mem.at(Gp.RAX)));
        refuses(a -> a.emitBroadcast(Op.VPADDD, Y1, X1, Mem.at(Gp.RAX)));
        refuses(a -> a.movups(Y1, Mem.at(Gp.RAX)));
        refuses(a -> a.movups(Mem.at(Gp.RAX), Vec.xmm(16)));
        refuses(a -> a.shl(Gp.RAX, 64));
        refuses(a -> a.mov(Gp.RAX, Mem.at(Gp.RAX, Gp.RSP, 1, 0)));
        refuses(a -> a.mov(Gp.RAX, Mem.at(Gp.RAX, Gp.RCX, 3, 0)));
        refuses(a -> a.mov(Gp.RAX, Mem.at(Gp.RAX, 1L << 31)));
        refuses(a -> Vec.ymm(32).number());
        refuses(a -> Frame.open(a, Gp.RAX));
    }

    @Test
    void labelsStandOnceAndSomewhere() {
        refuses(a -> {
            a.jump(a.label());
            a.finish();
        });
        refuses(a -> {
            Label label = a.label();
            a.bind(label).bind(label);
        });
    }

    @Test
    void jumpsReachBothWays() {
        Assembler near = new Assembler();
        Label back = near.label();
        Label on = near.label();
        near.bind(back).jump(Condition.LESS, on).jump(back).bind(on).ret();
        assertThat(HexFormat.of().formatHex(near.finish())).isEqualTo("0f8c02000000" + "ebf8" + "c3");
        Assembler far = new Assembler();
        Label start = far.label();
        far.bind(start).data(new byte[200]).jump(Condition.EQUAL, start);
        byte[] code = far.finish();
        assertThat(HexFormat.of().formatHex(code, 200, code.length)).isEqualTo("0f8432ffffff");
    }

    private interface Steps {
        void on(Assembler assembler);
    }

    private static void refuses(Steps steps) {
        assertThatThrownBy(() -> steps.on(new Assembler())).isInstanceOf(AssemblyException.class);
    }
}
