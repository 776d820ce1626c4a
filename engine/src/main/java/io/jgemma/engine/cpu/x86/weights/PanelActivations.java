package io.jgemma.engine.cpu.x86.weights;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Places;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.assembler.Width;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rows of activations as {@link PanelQuantizer} leaves them, or {@link NarrowQuantizer} on registers of 256 bits.
 *
 * @param scaling of the weights they meet
 * @param form of the integers
 * @param offset what belongs to each code of the weights
 * @param quantize the quantizer for these
 */
public record PanelActivations(PanelScaling scaling, ActivationForm form, int offset, Routine quantize)
        implements Activations {

    public static PanelActivations of(CodeCache code, PanelScaling scaling, ActivationForm form, int offset) {
        return new PanelActivations(scaling, form, offset, code.routine(name(scaling, form)));
    }

    /** The quantizers for a form, by name. */
    public static Map<String, byte[]> codes(Width width, ActivationForm form) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (PanelScaling scaling : PanelScaling.values()) {
            codes.put(
                    name(scaling, form),
                    width == Width.ZMM
                            ? PanelQuantizer.assemble(scaling, form.bytes())
                            : NarrowQuantizer.assemble(scaling, form));
        }
        return codes;
    }

    /** The name of a quantizer. */
    public static String name(PanelScaling scaling, ActivationForm form) {
        return "quantize for panels" + form.title() + scaling.title();
    }

    @Override
    public long factors(int n) {
        return PanelQuantizer.factors(n, form.bytes());
    }

    @Override
    public long terms(int n) {
        return PanelQuantizer.terms(n, form.bytes());
    }

    @Override
    public Operand prepared(Operand x, Scratch scratch) {
        long rowBytes = PanelQuantizer.rowBytes(x.columns(), scaling, form.bytes());
        return scratch.rows(Scratch.Use.ACTIVATIONS, x.rows(), (int) (rowBytes / Float.BYTES));
    }

    @Override
    public void prepare(Operand x, Operand to, int from, int end, Scratch scratch) {
        int n = x.columns();
        int rows = end - from;
        if (rows <= 0 || n == 0) {
            return;
        }
        Arguments arguments = scratch.arguments();
        arguments.set(PanelQuantizer.X, Places.rows(x, from, rows, 4L * n));
        arguments.set(PanelQuantizer.Q, Places.rows(to, from, rows, to.rowBytes()));
        arguments.set(PanelQuantizer.DX, factors(n));
        arguments.set(PanelQuantizer.TERMS, terms(n));
        arguments.set(PanelQuantizer.BLOCKS, n / BlockFormat.SIZE);
        arguments.set(PanelQuantizer.OFFSET, offset);
        arguments.set(PanelQuantizer.ROWS, rows);
        arguments.set(PanelQuantizer.X_BYTES, x.rowBytes());
        arguments.set(PanelQuantizer.Q_BYTES, to.rowBytes());
        quantize.call(arguments.address());
    }
}
