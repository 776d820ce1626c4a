package io.jgemma.engine.cpu.x86;

import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.weights.ActivationForm;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.BlockRows;
import io.jgemma.engine.cpu.x86.weights.DotProducts;
import io.jgemma.engine.cpu.x86.weights.PanelActivations;
import io.jgemma.engine.cpu.x86.weights.PanelQuantizer;
import io.jgemma.engine.cpu.x86.weights.PanelScaling;
import io.jgemma.engine.cpu.x86.weights.PlaneOrder;
import io.jgemma.engine.cpu.x86.weights.RowOrder;
import io.jgemma.engine.cpu.x86.weights.SuperBlocks;
import io.jgemma.engine.cpu.x86.weights.WideRows;
import io.jgemma.engine.cpu.x86.weights.X86BlockRows;
import io.jgemma.engine.cpu.x86.weights.X86Rows;
import io.jgemma.engine.cpu.x86.weights.groups.GroupLayout;
import io.jgemma.engine.cpu.x86.weights.groups.RowGroups;
import io.jgemma.engine.cpu.x86.weights.groups.X86Groups;
import io.jgemma.engine.cpu.x86.weights.panels.BlockPacker;
import io.jgemma.engine.cpu.x86.weights.panels.FloatTransposer;
import io.jgemma.engine.cpu.x86.weights.panels.GroupPanels;
import io.jgemma.engine.cpu.x86.weights.panels.PanelProducts;
import io.jgemma.engine.cpu.x86.weights.panels.WidePacker;
import io.jgemma.engine.cpu.x86.weights.panels.WidePanels;
import io.jgemma.engine.cpu.x86.weights.panels.X86Panels;
import io.jgemma.engine.cpu.x86.weights.panels.X86WidePanels;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;

/** Calls of the routines that multiply weights, and of those that prepare what they multiply. */
final class ProductCalls {

    private final GuardedCalls calls;

    ProductCalls(GuardedCalls calls) {
        this.calls = calls;
    }

    void blockRows(int blocks) {
        for (RowOrder order : RowOrder.values()) {
            calls.call(
                    order.title(),
                    calls.bytes(128L * blocks),
                    calls.zeros(64L * blocks),
                    calls.zeros(4L * blocks),
                    calls.zeros(4L * order.terms() * blocks),
                    blocks);
        }
        for (int rows : new int[] {1, 3, 4, 5, 11}) {
            for (BlockFormat format : BlockFormat.all()) {
                rows(format.type(), rows, blocks);
            }
            for (QuantType type : SuperBlocks.TYPES) {
                rows(type, rows, blocks);
            }
        }
    }

    void panels(int blocks) {
        for (BlockFormat format : BlockFormat.all()) {
            pack(format.type(), PanelScaling.of(format), blocks);
        }
        for (QuantType type : SuperBlocks.TYPES) {
            pack(type, PanelScaling.of(type), blocks);
        }
        for (int tokens = 1; tokens <= PanelProducts.TOKENS; tokens++) {
            for (PanelScaling scaling : PanelScaling.values()) {
                panel(tokens, scaling, blocks);
            }
        }
    }

    void widePanels(int blocks) {
        floatTransposer();
        for (BlockFormat format : BlockFormat.all()) {
            for (int rows : new int[] {1, 3}) {
                unpack(format, rows, blocks);
            }
        }
        for (QuantType type : SuperBlocks.TYPES) {
            unpack(type, 3, blocks);
        }
        transposer();
        for (int planes = 1; planes <= 2; planes++) {
            for (PanelScaling scaling : PanelScaling.values()) {
                panelActivations(scaling, ActivationForm.ofBits(8 * planes), blocks);
                for (int tokens = 1; tokens <= WidePanels.TOKENS; tokens++) {
                    widePanel(tokens, scaling, planes, blocks);
                }
            }
        }
    }

    private void panelActivations(PanelScaling scaling, ActivationForm form, int blocks) {
        int planes = form.bytes();
        int rows = 3;
        int n = BlockFormat.SIZE * blocks;
        long rowBytes = PanelQuantizer.rowBytes(n, scaling, planes);
        calls.call(
                PanelActivations.name(scaling, form),
                calls.bytes(rows * 4L * n),
                calls.zeros(rows * rowBytes),
                PanelQuantizer.factors(n, planes),
                PanelQuantizer.terms(n, planes),
                blocks,
                -8,
                rows,
                4L * n,
                rowBytes);
    }

    private void rows(QuantType type, int rows, int blocks) {
        int rowBytes = type.blockBytes() * blocks;
        int n = type.blockSize() * blocks;
        long scales = 4L * BlockRows.paddedBlocks(n / 32);
        calls.call(
                X86BlockRows.rows(type),
                calls.zeros(4L * rows),
                calls.bytes((long) rows * rowBytes),
                calls.bytes(2L * n),
                calls.bytes(scales),
                calls.bytes(scales * (type.equals(QuantTypes.Q6_K) ? 2 : 1)),
                calls.zeros(BlockRows.scratchBytes(n / 32)),
                rows,
                rowBytes,
                blocks);
    }

    private void pack(QuantType type, PanelScaling scaling, int blocks) {
        int rowBytes = type.blockBytes() * blocks;
        int n = type.blockSize() * blocks;
        calls.call(
                BlockPacker.name(type),
                calls.bytes(8L * rowBytes),
                calls.zeros(32L * n - 32),
                calls.zeros(2L * scaling.parts() * n - 32),
                calls.zeros(scaling == PanelScaling.MINIMA ? 2L * n - 32 : 0),
                rowBytes,
                blocks);
    }

    private void panel(int tokens, PanelScaling scaling, int blocks) {
        boolean minimum = scaling == PanelScaling.MINIMA;
        long xBytes = 64L * blocks;
        long perBlock = xBytes * (tokens - 1) + 4L * blocks;
        calls.call(
                X86Panels.product(tokens, scaling),
                calls.bytes(64L * 16 * blocks),
                calls.bytes(64L * scaling.parts() * blocks),
                calls.bytes(xBytes * tokens),
                calls.bytes(perBlock),
                calls.zeros(64L * tokens),
                xBytes,
                64,
                blocks,
                calls.bytes(minimum ? 64L * blocks : 0),
                calls.bytes(minimum ? perBlock : 0));
    }

    /** Panels of bytes on registers of 256 bits. */
    void bytePanels(Isa isa, int blocks) {
        for (RowGroups format : RowGroups.all(isa.width())) {
            PanelScaling scaling = format.scaling();
            boolean minimum = scaling == PanelScaling.MINIMA;
            long xBytes = 32L * blocks;
            for (int t = 1;
                    t <= PanelProducts.TOKENS && GroupPanels.form(format, isa, 8) == ActivationForm.BYTES;
                    t++) {
                long perBlock = xBytes * (t - 1) + 4L * blocks;
                calls.call(
                        X86Panels.byteProduct(t, scaling, X86Panels.steps(format, isa)),
                        calls.bytes(32L * 16 * blocks),
                        calls.bytes(64L * scaling.parts() * blocks),
                        calls.bytes(xBytes * t),
                        calls.bytes(perBlock),
                        calls.zeros(64L * t),
                        xBytes,
                        64,
                        blocks,
                        calls.bytes(minimum ? 64L * blocks : 0),
                        calls.bytes(xBytes * (t - 1) + 4L * scaling.parts() * blocks));
            }
        }
    }

    private void widePanel(int tokens, PanelScaling scaling, int planes, int blocks) {
        boolean minimum = scaling == PanelScaling.MINIMA;
        int groups = 2;
        // The second panel's parts lie behind the first's: in each part at the same distance.
        long second = 64L * 8 * blocks;
        long scales = 64L * blocks * scaling.parts();
        long xBytes = 32L * blocks * planes;
        long perBlock = xBytes * (groups * tokens - 1);
        calls.call(
                X86WidePanels.product(tokens, scaling, planes),
                calls.bytes(2 * second),
                calls.bytes(second + scales),
                calls.bytes(xBytes * groups * tokens),
                calls.bytes(perBlock + 4L * blocks),
                calls.zeros(128L * groups * tokens),
                xBytes,
                128,
                blocks,
                calls.bytes(minimum ? second + scales : 0),
                calls.bytes(perBlock + 4L * blocks * scaling.parts()),
                second,
                groups);
    }

    private void unpack(BlockFormat format, int rows, int blocks) {
        long codeBytes = 32L * blocks;
        long factorBytes = 4L * blocks;
        boolean minimum = format.hasMinimum();
        calls.call(
                format.name() + " unpack",
                calls.bytes((long) rows * format.blockBytes() * blocks),
                calls.zeros(codeBytes * rows),
                calls.zeros(factorBytes * rows),
                calls.zeros(minimum ? factorBytes * rows : 0),
                rows,
                (long) format.blockBytes() * blocks,
                codeBytes,
                factorBytes,
                blocks);
    }

    private void unpack(QuantType type, int rows, int blocks) {
        long rowBytes = (long) type.blockBytes() * blocks;
        long codes = calls.zeros(256L * blocks * rows);
        long factors = calls.zeros(64L * blocks * rows);
        calls.call(type.name() + " unpack", codes, calls.bytes(rows * rowBytes), factors, rows, rowBytes, blocks);
    }

    void wideRows() {
        for (int blocks : new int[] {1, 2, 3, 7, 8}) {
            for (PlaneOrder order : PlaneOrder.values()) {
                int n = blocks * order.blockElements();
                calls.call(X86Rows.quantize(order), calls.bytes(4L * n), calls.zeros(order.rowBytes(n)), blocks);
            }
            for (int rows : new int[] {1, 2, 5}) {
                for (BlockFormat format : BlockFormat.all()) {
                    PlaneOrder order = PlaneOrder.of(format);
                    long input = calls.zeros(order.rowBytes(32 * blocks));
                    long rowBytes = (long) format.blockBytes() * blocks;
                    long weights = calls.bytes(rows * rowBytes + WideRows.BEYOND);
                    int units = blocks / order.blocks();
                    int rest = blocks % order.blocks();
                    String routine = X86Rows.rows(format.type());
                    calls.call(routine, calls.zeros(4L * rows), weights, input, rows, rowBytes, units, rest);
                }
                for (QuantType type : SuperBlocks.TYPES) {
                    long rowBytes = (long) type.blockBytes() * blocks;
                    long input = calls.zeros(PlaneOrder.of(type).rowBytes(256 * blocks));
                    calls.call(
                            X86Rows.rows(type),
                            calls.zeros(4L * rows),
                            calls.bytes(rows * rowBytes),
                            input,
                            rows,
                            rowBytes,
                            blocks);
                }
            }
        }
    }

    /** Repacked weights, with activations of 8 and of 16 bits. */
    void groups(Isa isa, int blocks) {
        for (RowGroups format : RowGroups.all(isa.width())) {
            int n = format.type().blockSize() * blocks;
            long factors = 4L * (n / 32);
            long terms = factors * format.scaling().parts();
            long groupBytes = format.groupBytes(n);
            long rowBytes = (long) format.type().blockBytes() * blocks;
            for (int rows : new int[] {1, 3, format.rows()}) {
                calls.call(
                        GroupLayout.pack(format),
                        calls.bytes(rows * rowBytes),
                        calls.zeros(groupBytes),
                        rows,
                        rowBytes,
                        blocks);
            }
            for (int bits : new int[] {8, 16}) {
                ActivationForm form = format.form(isa, bits);
                long input = (long) form.bytes() * n + factors + terms;
                for (int tokens = 1; tokens <= format.tokens(); tokens++) {
                    for (int count : new int[] {1, 3}) {
                        long results = (long) format.line() * count;
                        long before = (tokens - 1) * input;
                        calls.call(
                                X86Groups.product(format, form, tokens),
                                calls.zeros(tokens * results),
                                calls.bytes(count * groupBytes),
                                calls.bytes(before + (long) form.bytes() * n),
                                calls.bytes(before + factors),
                                calls.bytes(before + terms),
                                count,
                                format.units(n),
                                format.rest(n),
                                input,
                                results);
                    }
                }
            }
            unpack(isa, format, n);
        }
    }

    private void unpack(Isa isa, RowGroups format, int n) {
        if (isa.isWide()) {
            unpack(WidePacker.name(format), format, n, ActivationForm.BYTES);
            return;
        }
        for (int bits : new int[] {8, 16}) {
            ActivationForm form = GroupPanels.form(format, isa, bits);
            unpack(GroupPanels.name(format, form), format, n, form);
        }
    }

    private void unpack(String routine, RowGroups format, int n, ActivationForm form) {
        boolean minima = format.scaling() == PanelScaling.MINIMA;
        long factors = 2L * n;
        long scales = factors * format.scaling().parts();
        // A group of 8 rows fills the first half of each line of a panel.
        long less = X86Panels.ROWS == format.rows() ? 0 : 32;
        calls.call(
                routine,
                calls.bytes(format.groupBytes(n)),
                calls.zeros(16L * form.bytes() * n - less),
                calls.zeros(scales - less),
                calls.zeros(minima ? factors - less : 0),
                format.units(n),
                format.rest(n));
    }

    /** What rounds activations for groups and panels of 256-bit registers. */
    void narrowActivations(int blocks) {
        for (ActivationForm form : ActivationForm.values()) {
            for (PanelScaling scaling : PanelScaling.values()) {
                panelActivations(scaling, form, blocks);
            }
        }
    }

    private void transposer() {
        for (int times : new int[] {1, 2, 5}) {
            calls.call(
                    "transpose",
                    calls.bytes(16L * 64 * times),
                    calls.zeros(512L * times),
                    calls.zeros(512L * times),
                    64L * times,
                    512,
                    times);
        }
    }

    /** Lines of 32 floats, of which 16 are written. */
    private void floatTransposer() {
        for (DotProducts.Kind kind : DotProducts.Kind.values()) {
            for (int times : new int[] {1, 3}) {
                long rowBytes = kind.type().bytes(16L * times);
                long panel = calls.zeros(16L * 128 * times - 64);
                calls.call(
                        FloatTransposer.name(kind),
                        calls.bytes(16 * rowBytes),
                        panel,
                        panel + 8 * 128,
                        rowBytes,
                        16L * 128,
                        times);
            }
        }
    }
}
