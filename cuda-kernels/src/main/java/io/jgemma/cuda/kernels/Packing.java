package io.jgemma.cuda.kernels;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;

/**
 * How weights of a type are laid out for loads of 16 bytes: the bytes of the file, in the order of {@code q4_0.cuh} and so on.
 * A layout has parts that lie one after the other, each with all rows; rows are filled up to a multiple of eight with zeros.
 */
public enum Packing {
    /** Nibbles; scales of eight rows. */
    Q4_0(32) {
        @Override
        long[] rowBytes(int units) {
            return new long[] {16L * units, 2L * units};
        }

        @Override
        void pack(MemorySegment blocks, long at, int units, Parts to) {
            for (int unit = 0; unit < units; unit++, at += 18) {
                to.scale(1, unit, blocks, at);
                to.sixteen(0, unit, blocks, at + 2);
            }
        }
    },

    /** Elements 0 to 15; elements 16 to 31; scales of eight rows. */
    Q8_0(32) {
        @Override
        long[] rowBytes(int units) {
            return new long[] {16L * units, 16L * units, 2L * units};
        }

        @Override
        void pack(MemorySegment blocks, long at, int units, Parts to) {
            for (int unit = 0; unit < units; unit++, at += 34) {
                to.scale(2, unit, blocks, at);
                to.sixteen(0, unit, blocks, at + 2);
                to.sixteen(1, unit, blocks, at + 18);
            }
        }
    },

    /** Nibbles by blocks of 32; heads of blocks of 256. */
    Q4_K(32) {
        @Override
        long[] rowBytes(int units) {
            return new long[] {16L * units, 2L * units};
        }

        @Override
        void pack(MemorySegment blocks, long at, int units, Parts to) {
            byte[] nibbles = new byte[16];
            for (int unit = 0; unit < units; unit++) {
                long block = at + unit / 8 * 144L;
                if (unit % 8 == 0) {
                    to.sixteen(1, unit / 8, blocks, block);
                }
                // In the file the low nibbles of 32 bytes are one block of 32, the high ones the next.
                int shift = unit % 2 * 4;
                long from = block + 16 + unit % 8 / 2 * 32L;
                for (int i = 0; i < 16; i++) {
                    int low = (blocks.get(ValueLayout.JAVA_BYTE, from + i) >> shift) & 15;
                    int high = (blocks.get(ValueLayout.JAVA_BYTE, from + 16 + i) >> shift) & 15;
                    nibbles[i] = (byte) (low | high << 4);
                }
                to.sixteen(0, unit, MemorySegment.ofArray(nibbles), 0);
            }
        }
    },

    /** Low four bits of elements 0 to 31 and of 32 to 63; their high two bits; steps; scales of eight rows. */
    Q6_K(64) {
        @Override
        long[] rowBytes(int units) {
            return new long[] {16L * units, 16L * units, 16L * units, 4L * units, units / 2};
        }

        @Override
        void pack(MemorySegment blocks, long at, int units, Parts to) {
            byte[] bytes = new byte[16];
            MemorySegment sixteen = MemorySegment.ofArray(bytes);
            for (int unit = 0; unit < units; unit++) {
                long block = at + unit / 4 * 210L;
                long low = block + unit % 4 / 2 * 64L;
                long high = block + 128 + unit % 4 / 2 * 32L;
                int shift = unit % 2 * 4;
                if (unit % 4 == 0) {
                    to.sixteen(3, unit / 4, blocks, block + 192);
                    to.scale(4, unit / 4, blocks, block + 208);
                }
                for (int part = 0; part < 2; part++) {
                    for (int i = 0; i < 16; i++) {
                        int a = (blocks.get(ValueLayout.JAVA_BYTE, low + part * 32L + i) >> shift) & 15;
                        int b = (blocks.get(ValueLayout.JAVA_BYTE, low + part * 32L + 16 + i) >> shift) & 15;
                        bytes[i] = (byte) (a | b << 4);
                    }
                    to.sixteen(part, unit, sixteen, 0);
                }
                for (int i = 0; i < 16; i++) {
                    int a = blocks.get(ValueLayout.JAVA_BYTE, high + i) >> shift;
                    int b = blocks.get(ValueLayout.JAVA_BYTE, high + 16 + i) >> shift;
                    // Elements 0..15, 16..31 (two bits of a and b), 32..47, 48..63 (the next two).
                    bytes[i] = (byte) ((a & 3) | (b & 3) << 2 | ((a >> 2) & 3) << 4 | ((b >> 2) & 3) << 6);
                }
                to.sixteen(2, unit, sixteen, 0);
            }
        }
    };

    /** Rows that share a load of scales. */
    static final int GROUP_ROWS = 8;

    private final int unit;

    Packing(int unit) {
        this.unit = unit;
    }

    /** The layout of a type, if it has one. */
    public static Optional<Packing> of(QuantType type) {
        return Arrays.stream(values()).filter(each -> each.type().equals(type)).findFirst();
    }

    /** The type in files. */
    public QuantType type() {
        return QuantTypes.find(name()).orElseThrow();
    }

    /** Name of its kernels' last part, e.g. {@code "q4_0"}. */
    String kernel() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Bytes of one row in each part. */
    long[] partBytes(int columns) {
        return rowBytes(columns / unit);
    }

    /** Writes a row. */
    void pack(MemorySegment blocks, long at, int columns, Parts to, int row) {
        pack(blocks, at, columns / unit, to.at(row));
    }

    abstract long[] rowBytes(int units);

    abstract void pack(MemorySegment blocks, long at, int units, Parts to);

    /** Where rows are written: the parts of some groups, one after the other. */
    static final class Parts {
        private final MemorySegment[] parts;
        private final long[] rowBytes;
        private int row;

        /** Parts in {@code memory}, for {@code rows} rows. */
        Parts(MemorySegment memory, long[] rowBytes, int rows) {
            this.rowBytes = rowBytes;
            parts = new MemorySegment[rowBytes.length];
            long at = 0;
            for (int i = 0; i < parts.length; i++) {
                parts[i] = memory.asSlice(at, rows * rowBytes[i]);
                at += rows * rowBytes[i];
            }
        }

        MemorySegment part(int i) {
            return parts[i];
        }

        private Parts at(int newRow) {
            row = newRow;
            return this;
        }

        private void sixteen(int part, int unit, MemorySegment from, long at) {
            MemorySegment.copy(from, at, parts[part], row * rowBytes[part] + 16L * unit, 16);
        }

        /** An F16 that lies between those of the group's other rows. */
        private void scale(int part, int unit, MemorySegment from, long at) {
            long group = (row - row % GROUP_ROWS) * rowBytes[part];
            long to = group + 2L * unit * GROUP_ROWS + 2L * (row % GROUP_ROWS);
            MemorySegment.copy(from, at, parts[part], to, 2);
        }
    }
}
