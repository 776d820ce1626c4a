package io.jgemma.engine.gguf;

/** The types of metadata values. Declared in the order of GGUF's numbers. */
public enum GgufValueType {
    UINT8(0, 1),
    INT8(1, 1),
    UINT16(2, 2),
    INT16(3, 2),
    UINT32(4, 4),
    INT32(5, 4),
    FLOAT32(6, 4),
    BOOL(7, 1),
    STRING(8, 8),
    ARRAY(9, 12),
    UINT64(10, 8),
    INT64(11, 8),
    FLOAT64(12, 8);

    private static final GgufValueType[] BY_ID = values();

    private final int ggufId;
    private final int minimumBytes;

    GgufValueType(int ggufId, int minimumBytes) {
        this.ggufId = ggufId;
        this.minimumBytes = minimumBytes;
    }

    /** The type's number in a file. */
    public int ggufId() {
        return ggufId;
    }

    /** Whether this is one of the eight integer types. */
    public boolean isInteger() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            case FLOAT32, BOOL, STRING, ARRAY, FLOAT64 -> false;
        };
    }

    /** Whether this is an integer or a floating-point type. */
    public boolean isNumber() {
        return isInteger() || this == FLOAT32 || this == FLOAT64;
    }

    /** Bytes of every value of this type, or of the shortest string (its length) or array (element type and count). */
    int minimumBytes() {
        return minimumBytes;
    }

    static boolean exists(int ggufId) {
        return ggufId >= 0 && ggufId < BY_ID.length;
    }

    static GgufValueType byId(int ggufId) {
        return BY_ID[ggufId];
    }
}
