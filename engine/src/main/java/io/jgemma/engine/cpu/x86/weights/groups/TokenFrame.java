package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import java.util.function.IntFunction;

/**
 * What routines share that multiply groups with several rows of activations: arguments, addresses, the way from group to group. The arguments are those of
 * {@link GroupRows}, and bytes from row to row of activations and of results.
 *
 * <p>Registers: RDI arguments, RSI unit, RCX units left, R8 bytes from row to row; RDX, R9 and R10 q of rows 0, 3 and 6, R11, RAX and RBX their dx, RBP,
 * R12 and R13 their s; R14 results, R15 groups left.
 */
final class TokenFrame {

    /** Arguments behind those of {@link GroupRows}. */
    static final int X_BYTES = 64;

    static final int Y_BYTES = 72;

    static final Gp ARGUMENTS = Gp.RDI;
    static final Gp UNIT = Gp.RSI;
    static final Gp LEFT = Gp.RCX;

    private static final Gp DISTANCE = Gp.R8;
    private static final Gp RESULTS = Gp.R14;
    private static final Gp GROUPS = Gp.R15;
    // Free between groups.
    private static final Gp RESULT = Gp.RAX;
    private static final Gp RESULT_DISTANCE = Gp.RBX;

    private final Assembler a;
    private final int tokens;
    private final TokenRows inputs;
    private final TokenRows factors;
    private final TokenRows terms;
    private final Frame frame;

    private TokenFrame(Assembler a, int tokens, Frame frame) {
        this.a = a;
        this.tokens = tokens;
        this.frame = frame;
        inputs = new TokenRows(a, tokens, DISTANCE, Gp.RDX, Gp.R9, Gp.R10);
        factors = new TokenRows(a, tokens, DISTANCE, Gp.R11, Gp.RAX, Gp.RBX);
        terms = new TokenRows(a, tokens, DISTANCE, Gp.RBP, Gp.R12, Gp.R13);
    }

    /** Begins a routine for so many rows of activations. */
    static TokenFrame open(Assembler a, int tokens) {
        Frame frame = Frame.openVectors(a, Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15);
        a.mov(UNIT, argument(GroupRows.W)).mov(RESULTS, argument(GroupRows.Y));
        a.mov(GROUPS, argument(GroupRows.GROUPS)).mov(DISTANCE, argument(X_BYTES));
        return new TokenFrame(a, tokens, frame);
    }

    /** Begins a group. */
    void load() {
        inputs.load(argument(GroupRows.Q));
        factors.load(argument(GroupRows.DX));
        terms.load(argument(GroupRows.TERMS));
        a.mov(LEFT, argument(GroupRows.UNITS));
    }

    /** Goes on by so many bytes of weights, of each row's integers, of its factors and of its terms. */
    void advance(int unit, int input, int factor, int term) {
        a.add(UNIT, unit);
        inputs.advance(input);
        factors.advance(factor);
        terms.advance(term);
    }

    /** Stores the sums of a group, so many bytes a row, and goes on to the next group's; RAX and RBX change. */
    void store(int bytes, IntFunction<Vec> sums) {
        a.mov(RESULT, RESULTS).mov(RESULT_DISTANCE, argument(Y_BYTES));
        for (int t = 0; t < tokens; t++) {
            a.emit(VMOVUPS_STORE, Mem.at(RESULT), sums.apply(t));
            a.add(RESULT, RESULT_DISTANCE);
        }
        a.add(RESULTS, bytes);
    }

    /** Repeats from {@code group} on while there are groups, and ends the routine. */
    void next(Label group) {
        a.sub(GROUPS, 1).jump(Condition.NOT_EQUAL, group);
        frame.close();
    }

    private static Mem argument(int offset) {
        return Mem.at(ARGUMENTS, offset);
    }

    /** Integers of a row of activations, so many bytes on. */
    Mem inputs(int token, long bytes) {
        return inputs.at(token, bytes);
    }

    /** Factors of a row of activations. */
    Mem factors(int token, long bytes) {
        return factors.at(token, bytes);
    }

    /** Terms of a row of activations. */
    Mem terms(int token, long bytes) {
        return terms.at(token, bytes);
    }
}
