package io.jgemma.engine.gguf;

/**
 * The dimensions of a tensor, in GGUF's order: {@code dim(0)} changes fastest and is the length of a row.
 *
 * @param rank number of dimensions, 1 to 4
 * @param dim0 elements in a row
 * @param dim1 1 if {@code rank} is below 2
 * @param dim2 1 if {@code rank} is below 3
 * @param dim3 1 if {@code rank} is below 4
 */
public record GgufShape(int rank, long dim0, long dim1, long dim2, long dim3) {
    /** Most dimensions a tensor has. */
    public static final int MAX_RANK = 4;

    public GgufShape {
        if (rank < 1 || rank > MAX_RANK || dim0 < 1 || dim1 < 1 || dim2 < 1 || dim3 < 1) {
            throw new IllegalArgumentException(
                    "no shape: rank " + rank + ", dimensions " + dim0 + ", " + dim1 + ", " + dim2 + ", " + dim3);
        }
        if ((rank < 2 && dim1 != 1) || (rank < 3 && dim2 != 1) || (rank < 4 && dim3 != 1)) {
            throw new IllegalArgumentException(
                    "rank " + rank + " with more dimensions: " + dim0 + ", " + dim1 + ", " + dim2 + ", " + dim3);
        }
        Math.multiplyExact(Math.multiplyExact(dim0, dim1), Math.multiplyExact(dim2, dim3));
    }

    /** The shape with these dimensions, fastest first. */
    public static GgufShape of(long... dims) {
        return new GgufShape(
                dims.length,
                dims.length > 0 ? dims[0] : 0,
                dims.length > 1 ? dims[1] : 1,
                dims.length > 2 ? dims[2] : 1,
                dims.length > 3 ? dims[3] : 1);
    }

    /**
     * Dimension {@code i}; 1 for those beyond the rank.
     *
     * @throws IndexOutOfBoundsException if {@code i} is not 0 to 3
     */
    public long dim(int i) {
        return switch (i) {
            case 0 -> dim0;
            case 1 -> dim1;
            case 2 -> dim2;
            case 3 -> dim3;
            default -> throw new IndexOutOfBoundsException("dimension " + i + " of at most " + MAX_RANK);
        };
    }

    /** The product of all dimensions. */
    public long elements() {
        return dim0 * dim1 * dim2 * dim3;
    }

    /** For example {@code [640, 262144]}. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("[").append(dim0);
        for (int i = 1; i < rank; i++) {
            out.append(", ").append(dim(i));
        }
        return out.append(']').toString();
    }
}
