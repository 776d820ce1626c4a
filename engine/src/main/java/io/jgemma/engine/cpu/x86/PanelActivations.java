package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Places.address;

import io.jgemma.engine.cpu.Arguments;
import io.jgemma.engine.cpu.Operand;
import io.jgemma.engine.cpu.Scratch;
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
record PanelActivations(PanelScaling scaling, int planes, int offset, Routine quantize) {

    static PanelActivations of(CodeCache code, PanelScaling scaling, int planes, int offset) {
        return new PanelActivations(scaling, planes, offset, code.routine(name(scaling, planes)));
    }

    /** The quantizers for integers of so many bytes, by name. */
    static Map<String, byte[]> codes(int planes) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (PanelScaling scaling : PanelScaling.values()) {
            codes.put(name(scaling, planes), PanelQuantizer.assemble(scaling, planes));
        }
        return codes;
    }

    /** The name of a quantizer. */
    static String name(PanelScaling scaling, int planes) {
        return "quantize for panels" + bits(planes) + scaling.title();
    }

    /** Integers of so many bytes, in the names of routines. */
    static String bits(int planes) {
        return planes == 1 ? ", 8 bits" : ", 16 bits";
    }

    /** Where in a row of {@code n} elements the factors begin. */
    long factors(int n) {
        return PanelQuantizer.factors(n, planes);
    }

    /** Where in a row of {@code n} elements the terms begin. */
    long terms(int n) {
        return PanelQuantizer.terms(n, planes);
    }

    /** Room for as many rows as {@code x} has. */
    Operand prepared(Operand x, Scratch scratch) {
        long rowBytes = PanelQuantizer.rowBytes(x.columns(), scaling, planes);
        return scratch.rows(Scratch.Use.ACTIVATIONS, x.rows(), (int) (rowBytes / Float.BYTES));
    }

    /** Fills rows {@code from..end}. */
    void prepare(Operand x, Operand to, int from, int end, Scratch scratch) {
        int n = x.columns();
        Arguments arguments = scratch.arguments();
        arguments.set(PanelQuantizer.BLOCKS, n / BlockFormat.SIZE);
        arguments.set(PanelQuantizer.OFFSET, offset);
        for (int r = from; r < end; r++) {
            long row = address(to.segment(), to.row(r), to.rowBytes());
            arguments.set(PanelQuantizer.X, address(x.segment(), x.row(r), 4L * n));
            arguments.set(PanelQuantizer.Q, row);
            arguments.set(PanelQuantizer.DX, row + factors(n));
            arguments.set(PanelQuantizer.TERMS, row + terms(n));
            quantize.call(arguments.address());
        }
    }
}
