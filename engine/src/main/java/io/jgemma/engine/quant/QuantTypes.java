package io.jgemma.engine.quant;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The list of all types that can be decoded, and the names of those that are known but cannot. */
public final class QuantTypes {
    public static final QuantEncoder F32 = new F32();
    public static final QuantEncoder F16 = new F16();
    public static final QuantEncoder BF16 = new BF16();
    public static final QuantEncoder Q4_0 = new Q4_0();
    public static final QuantType Q4_1 = new Q4_1();
    public static final QuantType Q5_0 = new Q5_0();
    public static final QuantType Q5_1 = new Q5_1();
    public static final QuantEncoder Q8_0 = new Q8_0();
    public static final QuantType Q2_K = new Q2_K();
    public static final QuantType Q3_K = new Q3_K();
    public static final QuantType Q4_K = new Q4_K();
    public static final QuantType Q5_K = new Q5_K();
    public static final QuantType Q6_K = new Q6_K();
    public static final QuantType IQ4_NL = new IQ4_NL();
    public static final QuantType IQ4_XS = new IQ4_XS();
    public static final QuantType MXFP4 = new MXFP4();

    private static final List<QuantType> ALL =
            List.of(F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, MXFP4);

    /** Types that exist in the wild (or did) and are refused, so that the refusal can name them. */
    private static final Map<Integer, String> UNSUPPORTED = Map.ofEntries(
            Map.entry(4, "Q4_2"),
            Map.entry(5, "Q4_3"),
            Map.entry(9, "Q8_1"),
            Map.entry(15, "Q8_K"),
            Map.entry(16, "IQ2_XXS"),
            Map.entry(17, "IQ2_XS"),
            Map.entry(18, "IQ3_XXS"),
            Map.entry(19, "IQ1_S"),
            Map.entry(21, "IQ3_S"),
            Map.entry(22, "IQ2_S"),
            Map.entry(24, "I8"),
            Map.entry(25, "I16"),
            Map.entry(26, "I32"),
            Map.entry(27, "I64"),
            Map.entry(28, "F64"),
            Map.entry(29, "IQ1_M"),
            Map.entry(31, "Q4_0_4_4"),
            Map.entry(32, "Q4_0_4_8"),
            Map.entry(33, "Q4_0_8_8"),
            Map.entry(34, "TQ1_0"),
            Map.entry(35, "TQ2_0"),
            Map.entry(36, "IQ4_NL_4_4"),
            Map.entry(37, "IQ4_NL_4_8"),
            Map.entry(38, "IQ4_NL_8_8"),
            Map.entry(40, "NVFP4"),
            Map.entry(41, "Q1_0"));

    private QuantTypes() {}

    /** All types, in an order of no meaning. */
    public static List<QuantType> all() {
        return ALL;
    }

    /** The type with this number, if it can be decoded. */
    public static Optional<QuantType> find(int ggufId) {
        return ALL.stream().filter(type -> type.ggufId() == ggufId).findFirst();
    }

    /** The type with this name ({@code Q4_0}; upper or lower case), if it can be decoded. */
    public static Optional<QuantType> find(String name) {
        return ALL.stream().filter(type -> type.name().equalsIgnoreCase(name)).findFirst();
    }

    /**
     * The type with this number.
     *
     * @throws UnsupportedQuantTypeException if it cannot be decoded; the message names the type
     */
    public static QuantType byId(int ggufId) {
        return find(ggufId).orElseThrow(() -> unsupported(ggufId));
    }

    private static UnsupportedQuantTypeException unsupported(int ggufId) {
        String name = UNSUPPORTED.get(ggufId);
        String what = name == null
                ? "unknown tensor type number " + Integer.toUnsignedString(ggufId)
                : "tensor type " + name + " is not supported";
        String supported = String.join(", ", ALL.stream().map(QuantType::name).toList());
        return new UnsupportedQuantTypeException(ggufId, what + "; use a file with " + supported);
    }
}
