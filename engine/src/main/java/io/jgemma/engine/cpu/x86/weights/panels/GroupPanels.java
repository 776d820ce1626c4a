package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.kernel.Places.address;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.cpu.x86.weights.ActivationForm;
import io.jgemma.engine.cpu.x86.weights.groups.GroupUnpacker;
import io.jgemma.engine.cpu.x86.weights.groups.RowGroups;
import java.util.LinkedHashMap;
import java.util.Map;

/** Panels of words or bytes from groups of 8 rows, two of them a panel. */
public final class GroupPanels implements PanelSource {

    /** Bytes between the halves of a panel's line. */
    private static final int HALF_BYTES = 32;

    /** Scaling after fewer steps of four columns takes longer than bytes gain. */
    private static final int LEAST_STEPS = 4;

    private final RowGroups groups;
    private final Routine unpack;

    GroupPanels(CodeCache code, RowGroups groups, ActivationForm form) {
        this.groups = groups;
        unpack = code.routine(name(groups, form));
    }

    /** The form of the activations that meet a format's panels: bytes where 8 bits are asked for and do not cost as much as words. */
    public static ActivationForm form(RowGroups format, Isa isa, int bits) {
        boolean pays = format.most(isa) >= LEAST_STEPS;
        return bits == Byte.SIZE && pays ? ActivationForm.BYTES : ActivationForm.WORDS;
    }

    /** All routines by name. */
    static Map<String, byte[]> codes(Isa isa, int bits) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (RowGroups format : RowGroups.all(Width.YMM)) {
            ActivationForm form = form(format, isa, bits);
            codes.put(name(format, form), format.assembleUnpacker(form == ActivationForm.WORDS));
        }
        return codes;
    }

    /** The name of the routine for activations in a form. */
    public static String name(RowGroups format, ActivationForm form) {
        return format.type().name() + " unpack group" + form.title();
    }

    @Override
    public void pack(Operand w, int first, int end, Parts to, Scratch scratch) {
        Arguments arguments = scratch.arguments();
        int n = w.columns();
        long groupBytes = groups.groupBytes(n);
        int rows = groups.rows();
        for (int half = 0; half < X86Panels.ROWS / rows && first + half * rows < end; half++) {
            int group = (first + half * rows) / rows;
            arguments.set(GroupUnpacker.W, address(w.segment(), group * groupBytes, groupBytes));
            arguments.set(GroupUnpacker.CODES, to.codes() + (long) HALF_BYTES * half);
            arguments.set(GroupUnpacker.SCALES, to.scales() + (long) HALF_BYTES * half);
            arguments.set(GroupUnpacker.MINIMA, to.minima() + (long) HALF_BYTES * half);
            arguments.set(GroupUnpacker.UNITS, groups.units(n));
            arguments.set(GroupUnpacker.REST, groups.rest(n));
            unpack.call(arguments.address());
        }
    }
}
