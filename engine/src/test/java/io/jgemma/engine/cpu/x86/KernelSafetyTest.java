package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.spec.RopeSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every kernel, called with operands that lie right against forbidden pages at odd sizes, through a stub that fills the
 * registers a routine must give back and compares them afterwards. A kernel that strays ends the JVM, and so the build.
 */
class KernelSafetyTest {

    private static final List<Gp> SAVED = List.of(Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15);
    private static final long SENTINEL = 0x5EA1_0000_1234_0000L;

    private final SplittableRandom random = new SplittableRandom(6);
    private final GuardedMemory memory = new GuardedMemory();
    private final Set<String> called = new HashSet<>();
    private CodeCache code;
    private boolean atEnd;

    @BeforeEach
    void needsTheMachine() {
        assumeTrue(X86Support.find().isPresent(), "no assembled kernels on this machine");
    }

    private void load(Isa isa) {
        assumeTrue(isa.runsOn(X86Support.find().features().orElseThrow()), () -> "no " + isa.title() + " here");
        Map<String, byte[]> codes = new LinkedHashMap<>(codes(isa));
        codes.put("stub", stub());
        codes.put("careless", new Assembler().mov(Gp.R14, 7).ret().finish());
        code = CodeCache.load(codes);
    }

    @AfterEach
    void close() {
        memory.close();
        if (code != null) {
            code.close();
        }
    }

    /** All routines, for prompts' activations of 8 and of 16 bits. */
    static Map<String, byte[]> codes(Isa isa) {
        Map<String, byte[]> codes = new LinkedHashMap<>(X86Kernels.codes(isa, 1));
        codes.putAll(X86Kernels.codes(isa, 2));
        return codes;
    }

    /**
     * {@code stub(block)}: block holds the routine's address and its argument. Calls it with sentinels in the registers it
     * must keep, and leaves in the block's third word how many came back changed.
     */
    private static byte[] stub() {
        Assembler a = new Assembler();
        Frame frame = Frame.open(a, SAVED.toArray(Gp[]::new));
        a.push(Gp.RDI);
        for (int i = 0; i < SAVED.size(); i++) {
            a.mov(SAVED.get(i), SENTINEL + i);
        }
        a.mov(Gp.RAX, Mem.at(Gp.RDI))
                .mov(Gp.RDI, Mem.at(Gp.RDI, 8))
                .call(Gp.RAX)
                .pop(Gp.RDI);
        a.xor32(Gp.RCX, Gp.RCX);
        for (int i = 0; i < SAVED.size(); i++) {
            Label kept = a.label();
            a.mov(Gp.RAX, SENTINEL + i).cmp(Gp.RAX, SAVED.get(i)).jump(Condition.EQUAL, kept);
            a.add(Gp.RCX, 1).bind(kept);
        }
        a.mov(Mem.at(Gp.RDI, 16), Gp.RCX);
        frame.close();
        return a.finish();
    }

    private long changedRegisters(String routine, long argument) {
        called.add(routine);
        MemorySegment block = memory.before(24);
        block.set(ValueLayout.JAVA_LONG, 0, code.address(routine));
        block.set(ValueLayout.JAVA_LONG, 8, argument);
        code.routine("stub").call(block.address());
        return block.get(ValueLayout.JAVA_LONG, 16);
    }

    /** A distance to where no memory is: kernels may ask for what lies there, and must not read it. */
    private static final long FAR_AHEAD = 1L << 40;

    /** Calls a kernel with an argument block of exactly the given words. */
    private void call(String routine, long... words) {
        MemorySegment arguments = place(8L * words.length);
        MemorySegment.copy(words, 0, arguments, ValueLayout.JAVA_LONG_UNALIGNED, 0, words.length);
        assertThat(changedRegisters(routine, arguments.address()))
                .as("%s: registers changed", routine)
                .isZero();
    }

    private MemorySegment place(long bytes) {
        return atEnd ? memory.before(bytes) : memory.after(bytes);
    }

    private long bytes(long count) {
        byte[] content = new byte[(int) count];
        random.nextBytes(content);
        return place(count).copyFrom(MemorySegment.ofArray(content)).address();
    }

    private long zeros(long count) {
        return place(count).address();
    }

    @Test
    void theStubNoticesAChangedRegister() {
        load(Isa.AVX2);
        assertThat(changedRegisters("careless", 0)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void kernelsKeepRegistersAndStayInsideTheirOperands(Isa isa) {
        load(isa);
        for (int end = 0; end < 2; end++) {
            atEnd = end == 1;
            for (int blocks : new int[] {1, 2, 7, 8, 9, 23}) {
                if (!X86Rows.supports(isa)) {
                    blockRows(blocks);
                }
                if (X86WidePanels.supports(isa)) {
                    widePanels(blocks);
                    groups(blocks);
                } else {
                    panels(blocks);
                }
            }
        }
        for (int end = 0; end < 2; end++) {
            atEnd = end == 1;
            elements();
        }
        if (X86Rows.supports(isa)) {
            for (int end = 0; end < 2; end++) {
                atEnd = end == 1;
                wideRows();
            }
        }
        if (X86Attention.supports(isa)) {
            for (int end = 0; end < 2; end++) {
                atEnd = end == 1;
                attention();
                byteAttention();
            }
        }
        assertThat(called).containsAll(new ArrayList<>(codes(isa).keySet()));
    }

    private void blockRows(int blocks) {
        call("quantize", bytes(128L * blocks), zeros(64L * blocks), zeros(4L * blocks), zeros(4L * blocks), blocks);
        for (BlockFormat format : BlockFormat.all()) {
            for (int rows : new int[] {1, 3, 4, 5, 11}) {
                rows(format, rows, blocks);
            }
        }
    }

    private void panels(int blocks) {
        for (BlockFormat format : BlockFormat.all()) {
            pack(format, blocks);
        }
        for (int tokens = 1; tokens <= PanelProducts.TOKENS; tokens++) {
            panel(tokens, false, blocks);
            panel(tokens, true, blocks);
        }
    }

    private void widePanels(int blocks) {
        for (BlockFormat format : BlockFormat.all()) {
            for (int rows : new int[] {1, 3}) {
                unpack(format, rows, blocks);
            }
        }
        transposer();
        for (int planes = 1; planes <= 2; planes++) {
            for (PanelScaling scaling : PanelScaling.values()) {
                long terms = 4L * scaling.parts() * blocks;
                call(
                        PanelActivations.name(scaling, planes),
                        bytes(128L * blocks),
                        zeros(32L * blocks * planes),
                        zeros(4L * blocks),
                        zeros(terms),
                        blocks,
                        -8);
                for (int tokens = 1; tokens <= WidePanels.TOKENS; tokens++) {
                    widePanel(tokens, scaling, planes, blocks);
                }
            }
        }
    }

    private void elements() {
        for (int columns : new int[] {1, 7, 8, 19, 32, 35}) {
            for (int rows : new int[] {1, 3}) {
                long bytes = 4L * columns;
                for (ElementRows.Kind kind : ElementRows.Kind.values()) {
                    long toBytes = kind == ElementRows.Kind.ENCODE ? bytes / 2 : bytes;
                    long to = zeros(toBytes * rows);
                    long from = bytes(bytes * rows);
                    long other = bytes(bytes);
                    call(kind.title(), to, from, other, toBytes, bytes, 0, rows, columns, 0);
                }
                for (RopeSpec.Style style : RopeSpec.Style.values()) {
                    long heads = 2;
                    long headBytes = 2 * bytes + 8;
                    long x = bytes(rows * heads * headBytes);
                    long table = bytes(2 * bytes * rows);
                    String routine = X86Elements.rotation(style);
                    call(routine, x, table, heads * headBytes, 2 * bytes, rows, columns, heads, headBytes);
                }
            }
        }
    }

    private void rows(BlockFormat format, int rows, int blocks) {
        int rowBytes = format.blockBytes() * blocks;
        long scales = 4L * BlockRows.paddedBlocks(blocks);
        call(
                format.name() + " rows",
                zeros(4L * rows),
                bytes((long) rows * rowBytes),
                bytes(64L * blocks),
                bytes(scales),
                bytes(scales),
                zeros(BlockRows.scratchBytes(blocks)),
                rows,
                rowBytes,
                blocks);
    }

    private void pack(BlockFormat format, int blocks) {
        int rowBytes = format.blockBytes() * blocks;
        long codes = 64L * 16 * blocks - 32;
        call(
                format.name() + " pack",
                bytes(8L * rowBytes),
                zeros(codes),
                zeros(64L * blocks - 32),
                zeros(format.hasMinimum() ? 64L * blocks - 32 : 0),
                rowBytes,
                blocks);
    }

    private void panel(int tokens, boolean minimum, int blocks) {
        long xBytes = 64L * blocks;
        long perBlock = xBytes * (tokens - 1) + 4L * blocks;
        call(
                X86Panels.product(tokens, minimum),
                bytes(64L * 16 * blocks),
                bytes(64L * blocks),
                bytes(xBytes * tokens),
                bytes(perBlock),
                zeros(64L * tokens),
                xBytes,
                64,
                blocks,
                bytes(minimum ? 64L * blocks : 0),
                bytes(minimum ? perBlock : 0));
    }

    private void widePanel(int tokens, PanelScaling scaling, int planes, int blocks) {
        boolean minimum = scaling == PanelScaling.MINIMA;
        int groups = 2;
        // The second panel's parts lie behind the first's: in each part at the same distance.
        long second = 64L * 8 * blocks;
        long scales = 64L * blocks * scaling.parts();
        long xBytes = 32L * blocks * planes;
        long perBlock = xBytes * (groups * tokens - 1);
        call(
                X86WidePanels.product(tokens, scaling, planes),
                bytes(2 * second),
                bytes(second + scales),
                bytes(xBytes * groups * tokens),
                bytes(perBlock + 4L * blocks),
                zeros(128L * groups * tokens),
                xBytes,
                128,
                blocks,
                bytes(minimum ? second + scales : 0),
                bytes(perBlock + 4L * blocks * scaling.parts()),
                second,
                groups);
    }

    private void unpack(BlockFormat format, int rows, int blocks) {
        long codeBytes = 32L * blocks;
        long factorBytes = 4L * blocks;
        boolean minimum = format.hasMinimum();
        call(
                format.name() + " unpack",
                bytes((long) rows * format.blockBytes() * blocks),
                zeros(codeBytes * rows),
                zeros(factorBytes * rows),
                zeros(minimum ? factorBytes * rows : 0),
                rows,
                (long) format.blockBytes() * blocks,
                codeBytes,
                factorBytes,
                blocks);
    }

    private void wideRows() {
        for (int blocks : new int[] {1, 2, 3, 7, 8}) {
            for (PlaneOrder order : PlaneOrder.values()) {
                int n = blocks * order.blockElements();
                call(X86Rows.quantize(order), bytes(4L * n), zeros(order.rowBytes(n)), blocks);
            }
            for (int rows : new int[] {1, 2, 5}) {
                for (BlockFormat format : BlockFormat.all()) {
                    PlaneOrder order = PlaneOrder.of(format);
                    long input = zeros(order.rowBytes(32 * blocks));
                    long rowBytes = (long) format.blockBytes() * blocks;
                    long weights = bytes(rows * rowBytes + WideRows.BEYOND);
                    int units = blocks / order.blocks();
                    int rest = blocks % order.blocks();
                    String routine = X86Rows.rows(format.type());
                    call(routine, zeros(4L * rows), weights, input, rows, rowBytes, units, rest);
                }
                for (QuantType type : SuperBlocks.TYPES) {
                    long rowBytes = (long) type.blockBytes() * blocks;
                    long input = zeros(PlaneOrder.of(type).rowBytes(256 * blocks));
                    call(X86Rows.rows(type), zeros(4L * rows), bytes(rows * rowBytes), input, rows, rowBytes, blocks);
                    long codes = zeros(256L * blocks * rows);
                    long factors = zeros(64L * blocks * rows);
                    call(type.name() + " unpack", codes, bytes(rows * rowBytes), factors, rows, rowBytes, blocks);
                }
            }
        }
    }

    private void groups(int blocks) {
        for (GroupFormat format : GroupFormat.all()) {
            int n = 32 * blocks;
            long groupBytes = format.groupBytes(n);
            long rowBytes = (long) format.blocks().blockBytes() * blocks;
            for (int rows : new int[] {1, 3, 16}) {
                call(GroupLayout.pack(format), bytes(rows * rowBytes), zeros(groupBytes), rows, rowBytes, blocks);
            }
            for (int count : new int[] {1, 3}) {
                call(
                        X86Groups.rows(format),
                        zeros(64L * count),
                        bytes(count * groupBytes),
                        bytes(2L * n),
                        bytes(4L * blocks),
                        bytes(4L * blocks),
                        count,
                        blocks / 2,
                        blocks % 2);
            }
            call(
                    WidePacker.name(format),
                    bytes(groupBytes),
                    zeros(16L * n),
                    zeros(64L * blocks),
                    zeros(format.blocks().hasMinimum() ? 64L * blocks : 0),
                    blocks / 2,
                    blocks % 2);
        }
    }

    private void transposer() {
        for (int times : new int[] {1, 2, 5}) {
            call(
                    "transpose",
                    bytes(16L * 64 * times),
                    zeros(512L * times),
                    zeros(512L * times),
                    64L * times,
                    512,
                    times);
        }
    }

    private void attention() {
        for (int tokens : new int[] {1, 15, 16, 33, 256}) {
            long columns = tokens + 3L;
            call(
                    "softmax step",
                    bytes(8L * tokens),
                    bytes(8 * columns),
                    bytes(16),
                    4L * tokens,
                    4 * columns,
                    8,
                    tokens,
                    columns,
                    2);
        }
        call("scales of tiles", bytes(3 * 200L - 104), zeros(3 * 192L), 48, 3, 200, FAR_AHEAD);
        for (TileFloats.Kind kind : TileFloats.Kind.values()) {
            for (int count = 1; count <= WeightedRows.MOST; count++) {
                scores(kind, count);
                values(kind, count);
            }
        }
        for (int queries = 1; queries <= KeyProducts.MOST; queries++) {
            for (int tokens : new int[] {1, KeyProducts.MOST}) {
                keys(true, queries, tokens);
                keys(false, queries, tokens);
            }
        }
    }

    private void scores(TileFloats.Kind kind, int count) {
        long dim = 48;
        long tiles = 3;
        long tileBytes = dim * kind.blockBytes() + 8;
        call(
                X86Attention.weighted(kind, count),
                zeros(128 * tiles * count),
                bytes(4 * dim * count),
                bytes(tileBytes * tiles - 8),
                kind.scaled() ? bytes(4 * dim * tiles) : 0,
                bytes(4L * count),
                128 * tiles,
                4 * dim,
                kind.blockBytes(),
                4,
                tileBytes,
                4 * dim,
                128,
                0,
                dim,
                1,
                tiles,
                FAR_AHEAD,
                0,
                0);
    }

    private void values(TileFloats.Kind kind, int count) {
        long blocks = 3;
        long rows = 5;
        long tiles = 2;
        long tileBytes = rows * blocks * kind.blockBytes();
        call(
                X86Attention.weighted(kind, count),
                bytes(128 * blocks * count),
                bytes(4 * rows * tiles * count),
                bytes(tileBytes * tiles),
                kind.scaled() ? bytes(4 * rows * blocks * tiles) : 0,
                0,
                128 * blocks,
                4 * rows * tiles,
                blocks * kind.blockBytes(),
                4 * blocks,
                tileBytes,
                4 * rows * blocks,
                0,
                4 * rows,
                rows,
                blocks,
                tiles,
                FAR_AHEAD,
                0,
                0);
    }

    private void keys(boolean halves, int queries, int tokens) {
        long dim = 48;
        long blocks = 3;
        long keyBytes = (halves ? 2 : 4) * dim + 4;
        long all = blocks * tokens;
        call(
                X86Attention.keys(halves, queries, tokens),
                zeros(4 * all * queries),
                bytes(4 * dim * queries),
                bytes(keyBytes * all - 4),
                4 * all,
                4 * dim,
                keyBytes,
                dim / 16,
                blocks);
    }

    private void byteAttention() {
        for (int blocks : new int[] {1, 2, 9}) {
            for (TileFloats.Kind kind : BytePanels.KINDS) {
                columns(kind, blocks);
            }
            for (PanelStart start : PanelStart.values()) {
                for (int tokens = 1; tokens <= WidePanels.TOKENS; tokens++) {
                    startedPanel(tokens, start, blocks);
                }
            }
        }
    }

    private void columns(TileFloats.Kind kind, int groups) {
        long rowBytes = kind.blockBytes() + 6L;
        long groupBytes = 32 * rowBytes + 5;
        long second = 64L * 8 * groups;
        call(
                BytePanels.columns(kind),
                bytes(groupBytes * groups - 5 - 6),
                bytes(4L * 32 * groups),
                zeros(2 * second),
                zeros(second + 64L * groups),
                rowBytes,
                4,
                second,
                groupBytes,
                128,
                groups);
    }

    private void startedPanel(int tokens, PanelStart start, int blocks) {
        int groups = 2;
        long second = 64L * 8 * blocks;
        long xBytes = 32L * blocks;
        long perBlock = xBytes * (groups * tokens - 1) + 4L * blocks;
        call(
                BytePanels.product(tokens, start),
                bytes(2 * second),
                bytes(second + 64L * blocks),
                bytes(xBytes * groups * tokens),
                bytes(perBlock),
                bytes(128L * groups * tokens),
                xBytes,
                128,
                blocks,
                0,
                bytes(perBlock),
                second,
                groups,
                start == PanelStart.TOKEN ? bytes(4L * groups * tokens) : 0);
    }
}
