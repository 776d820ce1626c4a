package io.jgemma.engine.cpu.x86.assembler;

import static io.jgemma.engine.cpu.x86.assembler.Op.Form.MR;
import static io.jgemma.engine.cpu.x86.assembler.Op.Form.RM;
import static io.jgemma.engine.cpu.x86.assembler.Op.Form.RVM;
import static io.jgemma.engine.cpu.x86.assembler.Op.Form.VM;
import static io.jgemma.engine.cpu.x86.assembler.Op.Prefix.NONE;
import static io.jgemma.engine.cpu.x86.assembler.Op.Prefix.P66;
import static io.jgemma.engine.cpu.x86.assembler.Op.Prefix.PF2;
import static io.jgemma.engine.cpu.x86.assembler.Op.Prefix.PF3;

/**
 * The vector instructions used, each with what its encoding needs: mandatory prefix, opcode map (1 = {@code 0F}, 2 =
 * {@code 0F 38}, 3 = {@code 0F 3A}), opcode, operand form, and how wide the register or memory operand is beside the
 * widest register: as wide ({@link #FULL}), a half, quarter or eighth, or one element of some bytes.
 *
 * <p>W is 0 in all of them but where said; EVEX has the same opcode as VEX in all that have both.
 */
public enum Op {
    VMOVUPS(NONE, 1, 0x10, RM, Op.FULL),
    VMOVUPS_STORE(NONE, 1, 0x11, MR, Op.FULL),
    VMOVSS_LOAD(PF3, 1, 0x10, RM, Op.ELEMENT_4),
    VMOVSS_STORE(PF3, 1, 0x11, MR, Op.ELEMENT_4),
    VMOVD(P66, 1, 0x6E, RM, Op.ELEMENT_4),
    VMOVD_STORE(P66, 1, 0x7E, MR, Op.ELEMENT_4),
    VMOVQ_STORE(P66, 1, 0xD6, MR, Op.ELEMENT_8),

    VPXOR(P66, 1, 0xEF, RVM, Op.FULL),
    VPAND(P66, 1, 0xDB, RVM, Op.FULL),
    VPOR(P66, 1, 0xEB, RVM, Op.FULL),
    VPMINUB(P66, 1, 0xDA, RVM, Op.FULL),
    VPMAXUW(P66, 2, 0x3E, RVM, Op.FULL),
    VPMAXSD(P66, 2, 0x3D, RVM, Op.FULL),
    VPADDB(P66, 1, 0xFC, RVM, Op.FULL),
    VPADDW(P66, 1, 0xFD, RVM, Op.FULL),
    VPADDD(P66, 1, 0xFE, RVM, Op.FULL),
    VPSUBB(P66, 1, 0xF8, RVM, Op.FULL),
    VPSUBW(P66, 1, 0xF9, RVM, Op.FULL),
    VPSUBD(P66, 1, 0xFA, RVM, Op.FULL),
    VPMADDWD(P66, 1, 0xF5, RVM, Op.FULL),
    VPMADDUBSW(P66, 2, 0x04, RVM, Op.FULL),
    VPMULLW(P66, 1, 0xD5, RVM, Op.FULL),
    VPMULLD(P66, 2, 0x40, RVM, Op.FULL),
    VPSHUFB(P66, 2, 0x00, RVM, Op.FULL),
    VPSRLVD(P66, 2, 0x45, RVM, Op.FULL),
    VPSLLVD(P66, 2, 0x47, RVM, Op.FULL),
    VPSRLW(P66, 1, 0x71, 2, VM),
    VPSRAW(P66, 1, 0x71, 4, VM),
    VPSLLW(P66, 1, 0x71, 6, VM),
    VPSRLD(P66, 1, 0x72, 2, VM),
    VPSRAD(P66, 1, 0x72, 4, VM),
    VPSLLD(P66, 1, 0x72, 6, VM),
    VPUNPCKLBW(P66, 1, 0x60, RVM, Op.FULL),
    VPUNPCKHBW(P66, 1, 0x68, RVM, Op.FULL),
    VPUNPCKLWD(P66, 1, 0x61, RVM, Op.FULL),
    VPUNPCKHWD(P66, 1, 0x69, RVM, Op.FULL),
    VPUNPCKLDQ(P66, 1, 0x62, RVM, Op.FULL),
    VPUNPCKHDQ(P66, 1, 0x6A, RVM, Op.FULL),
    VPUNPCKLQDQ(P66, 1, 0x6C, RVM, Op.FULL),
    VPUNPCKHQDQ(P66, 1, 0x6D, RVM, Op.FULL),
    VPACKSSDW(P66, 1, 0x6B, RVM, Op.FULL),
    VPACKSSWB(P66, 1, 0x63, RVM, Op.FULL),
    VPSHUFD(P66, 1, 0x70, RM, Op.FULL),
    VPERMD(P66, 2, 0x36, RVM, Op.FULL),
    /** AVX-512 VBMI: {@code d[i] = m[a[i]]} for bytes, of an index its low bits. */
    VPERMB(P66, 2, 0x8D, RVM, Op.FULL),
    /** AVX-512 VBMI: {@code d[i] = (a m)[d[i]]} for bytes, of an index its low bits, a and m one table of twice the size. */
    VPERMI2B(P66, 2, 0x75, RVM, Op.FULL),
    /** AVX-512: the low halves of 32-bit elements. */
    VPMOVDW(PF3, 2, 0x33, MR, Op.HALF),
    /** AVX-512: the low bytes of 32-bit elements. */
    VPMOVDB(PF3, 2, 0x31, MR, Op.QUARTER),
    VPERM2I128(P66, 3, 0x46, RVM, Op.FULL),
    /** AVX-512: lanes of 128 bits, half of them of each source. */
    VSHUFF32X4(P66, 3, 0x23, RVM, Op.FULL),
    VPCMPEQW(P66, 1, 0x75, RVM, Op.FULL),
    VPABSB(P66, 2, 0x1C, RM, Op.FULL),
    VPSIGNB(P66, 2, 0x08, RVM, Op.FULL),
    VPMOVZXBW(P66, 2, 0x30, RM, Op.HALF),
    VPMOVSXBW(P66, 2, 0x20, RM, Op.HALF),
    VPMOVZXBD(P66, 2, 0x31, RM, Op.QUARTER),
    VPMOVSXBD(P66, 2, 0x21, RM, Op.QUARTER),
    VPMOVZXWD(P66, 2, 0x33, RM, Op.HALF),
    VPMOVSXWD(P66, 2, 0x23, RM, Op.HALF),
    VPBROADCASTB(P66, 2, 0x78, RM, Op.ELEMENT_1),
    VPBROADCASTW(P66, 2, 0x79, RM, Op.ELEMENT_2),
    VPBROADCASTD(P66, 2, 0x58, RM, Op.ELEMENT_4),
    VBROADCASTSS(P66, 2, 0x18, RM, Op.ELEMENT_4),
    VBROADCASTI128(P66, 2, 0x5A, RM, Op.ELEMENT_16),
    VINSERTI128(P66, 3, 0x38, RVM, Op.ELEMENT_16),
    VEXTRACTI128(P66, 3, 0x39, MR, Op.ELEMENT_16),
    VPINSRW(P66, 1, 0xC4, RVM, Op.ELEMENT_2),

    VADDPS(NONE, 1, 0x58, RVM, Op.FULL),
    VSUBPS(NONE, 1, 0x5C, RVM, Op.FULL),
    VMULPS(NONE, 1, 0x59, RVM, Op.FULL),
    VDIVPS(NONE, 1, 0x5E, RVM, Op.FULL),
    VMAXPS(NONE, 1, 0x5F, RVM, Op.FULL),
    VMINPS(NONE, 1, 0x5D, RVM, Op.FULL),
    VANDPS(NONE, 1, 0x54, RVM, Op.FULL),
    VXORPS(NONE, 1, 0x57, RVM, Op.FULL),
    VORPS(NONE, 1, 0x56, RVM, Op.FULL),
    /** All bits of an element where the predicate of the immediate holds. */
    VCMPPS(NONE, 1, 0xC2, RVM, Op.FULL),
    /** Compares with zero: equal where the bits that both have are none. */
    VPTEST(P66, 2, 0x17, RM, Op.FULL),
    VSHUFPS(NONE, 1, 0xC6, RVM, Op.FULL),
    VHADDPS(PF2, 1, 0x7C, RVM, Op.FULL),
    VADDSS(PF3, 1, 0x58, RVM, Op.ELEMENT_4),
    VMULSS(PF3, 1, 0x59, RVM, Op.ELEMENT_4),
    VSQRTSS(PF3, 1, 0x51, RVM, Op.ELEMENT_4),
    VDIVSS(PF3, 1, 0x5E, RVM, Op.ELEMENT_4),
    VFMADD231PS(P66, 2, 0xB8, RVM, Op.FULL),
    VFNMADD231PS(P66, 2, 0xBC, RVM, Op.FULL),
    VFMADD213PS(P66, 2, 0xA8, RVM, Op.FULL),
    VCVTDQ2PS(NONE, 1, 0x5B, RM, Op.FULL),
    VCVTPS2DQ(P66, 1, 0x5B, RM, Op.FULL),
    /** AVX-512: rounded to so many binary places, the nearest, as the immediate says: 0 for integers. */
    VRNDSCALEPS(P66, 3, 0x08, RM, Op.FULL),
    /** AVX-512: {@code d = a 2^floor(m)}. */
    VSCALEFPS(P66, 2, 0x2C, RVM, Op.FULL),
    VCVTPH2PS(P66, 2, 0x13, RM, Op.HALF),
    VCVTPS2PH(P66, 3, 0x1D, MR, Op.HALF),

    /** AVX-512 VNNI as EVEX, AVX-VNNI as VEX: {@code d += u8 * s8}, four neighbours added up. */
    VPDPBUSD(P66, 2, 0x50, RVM, Op.FULL),
    /** AVX-512 VNNI as EVEX, AVX-VNNI as VEX: {@code d += s16 * s16}, two neighbours added up. */
    VPDPWSSD(P66, 2, 0x52, RVM, Op.FULL);

    // Widths of the register or memory operand: positive = fraction of the whole, negative = bytes of one element.
    public static final int FULL = 1;
    public static final int HALF = 2;
    public static final int QUARTER = 4;
    public static final int ELEMENT_1 = -1;
    public static final int ELEMENT_2 = -2;
    public static final int ELEMENT_4 = -4;
    public static final int ELEMENT_8 = -8;
    public static final int ELEMENT_16 = -16;

    /** Which operand stands in which field: R = ModRM.reg, M = ModRM.rm (register or memory), V = VEX.vvvv. */
    public enum Form {
        RM,
        MR,
        RVM,
        /** Destination in vvvv, an opcode extension in reg. */
        VM
    }

    /** Mandatory prefixes, with the two bits that stand for them in VEX and EVEX. */
    enum Prefix {
        NONE(0),
        P66(1),
        PF3(2),
        PF2(3);

        private final int code;

        Prefix(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    private final Prefix prefix;
    private final int map;
    private final int opcode;
    private final int extension;
    private final Form form;
    private final int width;

    Op(Prefix prefix, int map, int opcode, Form form, int width) {
        this(prefix, map, opcode, 0, form, width);
    }

    Op(Prefix prefix, int map, int opcode, int extension, Form form) {
        this(prefix, map, opcode, extension, form, 1);
    }

    Op(Prefix prefix, int map, int opcode, int extension, Form form, int width) {
        this.prefix = prefix;
        this.map = map;
        this.opcode = opcode;
        this.extension = extension;
        this.form = form;
        this.width = width;
    }

    public Prefix prefix() {
        return prefix;
    }

    public int map() {
        return map;
    }

    public int opcode() {
        return opcode;
    }

    public int extension() {
        return extension;
    }

    public Form form() {
        return form;
    }

    /** Bytes of the register or memory operand where the widest register has {@code bits}. */
    public int rmBytes(int bits) {
        return width > 0 ? bits / 8 / width : -width;
    }

    /** Whether the last operand may be four bytes of memory for all lanes; of those that could, the ones that are used. */
    public boolean takesBroadcast() {
        return switch (this) {
            case VPADDD, VPDPBUSD, VFMADD231PS, VFNMADD231PS -> true;
            default -> false;
        };
    }

    /** Whether an immediate byte follows. */
    public boolean hasImmediate() {
        return form == VM
                || switch (this) {
                    case VPSHUFD,
                            VPERM2I128,
                            VINSERTI128,
                            VEXTRACTI128,
                            VPINSRW,
                            VSHUFPS,
                            VCMPPS,
                            VSHUFF32X4,
                            VRNDSCALEPS,
                            VCVTPS2PH -> true;
                    default -> false;
                };
    }

    /** Whether the operand in ModRM.rm may be a general-purpose register, and then no vector register. */
    public boolean movesGp() {
        return this == VMOVD || this == VMOVD_STORE || this == VPINSRW;
    }

    /** Whether only registers of 128 bits will do: one element is all it moves or computes. */
    public boolean isScalar() {
        return switch (this) {
            case VMOVSS_LOAD, VMOVSS_STORE, VMOVD, VMOVD_STORE, VMOVQ_STORE, VPINSRW, VADDSS, VMULSS, VSQRTSS, VDIVSS ->
                true;
            default -> false;
        };
    }

    /** Whether only registers of 256 or 512 bits will do. */
    public boolean isWideOnly() {
        return switch (this) {
            case VPERMD, VPERM2I128, VSHUFF32X4, VBROADCASTI128, VINSERTI128, VEXTRACTI128 -> true;
            default -> false;
        };
    }

    /** Whether only memory, not a register, may stand in ModRM.rm. */
    public boolean isMemoryOnly() {
        return switch (this) {
            case VMOVSS_LOAD, VMOVSS_STORE, VMOVQ_STORE, VBROADCASTI128 -> true;
            default -> false;
        };
    }

    /** Whether there is no VEX form. */
    public boolean isEvexOnly() {
        return switch (this) {
            case VPERMB, VPERMI2B, VPMOVDW, VPMOVDB, VSHUFF32X4, VRNDSCALEPS, VSCALEFPS -> true;
            default -> false;
        };
    }

    /** Whether there is an EVEX form without a mask register among its operands and with W = 0 or W ignored. */
    public boolean hasEvex() {
        return switch (this) {
            case VPERM2I128, VPSIGNB, VHADDPS, VMOVQ_STORE, VPUNPCKLQDQ, VPUNPCKHQDQ, VPBROADCASTB, VPINSRW -> false;
            case VANDPS, VXORPS, VORPS, VCMPPS, VPTEST, VPCMPEQW -> false;
            default -> true;
        };
    }
}
