package io.jgemma.engine.cpu.x86.weights;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Places;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rows of activations as {@link PanelQuantizer} leaves them.
 *
 * @param scaling of the weights they meet
 * @param planes bytes of an integer
 * @param offset what belongs to each code of the weights
 * @param quantize the quantizer for these
 */
public record PanelActivations(PanelScaling scaling, int planes, int offset, Routine quantize) {

    public static PanelActivations of(CodeCache code, PanelScaling scaling, int planes, int offset) {
        return new PanelActivations(scaling, planes, offset, code.routine(name(scaling, planes)));
    }

    /** The quantizers for integers of so many bytes, by name. */
    public static Map<String, byte[]> codes(int planes) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (PanelScaling scaling : PanelScaling.values()) {
            codes.put(name(scaling, planes), PanelQuantizer.assemble(scaling, planes));
        }
        return codes;
    }

    /** The name of a quantizer. */
    public static String name(PanelScaling scaling, int planes) {
        return "quantize for panels" + bits(planes) + scaling.title();
    }

    /** Integers of so many bytes, in the names of routines. */
    public static String bits(int planes) {
        return planes == 1 ? ", 8 bits" : ", 16 bits";
    }

    /** Where in a row of {@code n} elements the factors begin. */
    public long factors(int n) {
        return PanelQuantizer.factors(n, planes);
    }

    /** Where in a row of {@code n} elements the terms begin. */
    public long terms(int n) {
        return PanelQuantizer.terms(n, planes);
    }

    /** Room for as many rows as {@code x} has. */
    public Operand prepared(Operand x, Scratch scratch) {
        long rowBytes = PanelQuantizer.rowBytes(x.columns(), scaling, planes);
        return scratch.rows(Scratch.Use.ACTIVATIONS, x.rows(), (int) (rowBytes / Float.BYTES));
    }

    /** Fills rows {@code from..end}. */
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
