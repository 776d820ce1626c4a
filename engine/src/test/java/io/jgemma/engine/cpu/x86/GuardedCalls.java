package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.CallingConvention;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Calls of routines whose operands lie right against forbidden pages, by every calling convention, through stubs that fill the
 * registers a routine must give back and compare them afterwards. A routine that strays ends the JVM.
 */
final class GuardedCalls implements AutoCloseable {

    /** A distance to where no memory is: kernels may ask for what lies there, and must not read it. */
    static final long FAR_AHEAD = 1L << 40;

    private static final long SENTINEL = 0x5EA1_0000_1234_0000L;

    // The stubs' block: address, argument and number of changed registers, then vector registers before and after the
    // call.
    private static final int CHANGED = 16;
    private static final int BEFORE = 32;
    private static final int AFTER = BEFORE + 16 * 16;
    private static final int BLOCK_BYTES = AFTER + 16 * 16;

    /** Bytes above its return address that a routine of Windows may write to. */
    private static final int SHADOW_BYTES = 32;

    private final SplittableRandom random = new SplittableRandom(6);
    private final GuardedMemory ofStubs = new GuardedMemory();
    private final GuardedMemory memory = new GuardedMemory();
    private final Set<String> called = new HashSet<>();
    private final Map<CallingConvention, CodeCache> codes = new EnumMap<>(CallingConvention.class);
    private final CodeCache stubs;
    private final MemorySegment block = ofStubs.before(BLOCK_BYTES);
    private boolean atEnd;

    GuardedCalls(Map<String, byte[]> routines) {
        Map<String, byte[]> callers = new LinkedHashMap<>();
        for (CallingConvention convention : CallingConvention.values()) {
            codes.put(convention, CodeCache.load(routines, convention));
            callers.put(convention.name(), stub(convention));
        }
        stubs = CodeCache.load(callers);
    }

    /**
     * From now on operands end where forbidden pages begin, or else begin where those end. Earlier ones are given back: systems
     * limit how many ranges a process has.
     */
    void putAtEnd(boolean end) {
        memory.close();
        atEnd = end;
    }

    /** What was called so far. */
    Set<String> called() {
        return called;
    }

    /**
     * {@code stub(block)}: block holds the routine's address and its argument. Calls it with sentinels in the registers it
     * must keep, and leaves in the block's third word how many came back changed, and behind it vector registers as they came back.
     */
    private static byte[] stub(CallingConvention convention) {
        List<Gp> saved = List.copyOf(convention.calleeSaved());
        Assembler a = new Assembler();
        Frame frame = Frame.open(a, CallingConvention.SYSTEM_V.calleeSaved().toArray(Gp[]::new));
        a.push(Gp.RDI).sub(Gp.RSP, SHADOW_BYTES);
        for (int i = convention.firstSavedXmm(); i < 16; i++) {
            a.movups(Vec.xmm(i), Mem.at(Gp.RDI, BEFORE + 16 * i));
        }
        a.mov(Gp.RAX, Mem.at(Gp.RDI)).mov(convention.argument(), Mem.at(Gp.RDI, 8));
        for (int i = 0; i < saved.size(); i++) {
            a.mov(saved.get(i), SENTINEL + i);
        }
        a.call(Gp.RAX).xor32(Gp.RCX, Gp.RCX);
        for (int i = 0; i < saved.size(); i++) {
            Label kept = a.label();
            a.mov(Gp.RAX, SENTINEL + i).cmp(Gp.RAX, saved.get(i)).jump(Condition.EQUAL, kept);
            a.add(Gp.RCX, 1).bind(kept);
        }
        a.add(Gp.RSP, SHADOW_BYTES).pop(Gp.RDI).mov(Mem.at(Gp.RDI, CHANGED), Gp.RCX);
        for (int i = convention.firstSavedXmm(); i < 16; i++) {
            a.movups(Mem.at(Gp.RDI, AFTER + 16 * i), Vec.xmm(i));
        }
        frame.close();
        return a.finish();
    }

    /** How many registers that it must give back a routine gave back changed. */
    long changedRegisters(CallingConvention convention, String routine, long argument) {
        return changedRegisters(convention, codes.get(convention).routine(routine), argument);
    }

    /** The same of a routine that is called as it stands, though it was written for another convention. */
    long changedWithoutEntry(CallingConvention convention, String routine) {
        return changedRegisters(
                convention, codes.get(CallingConvention.SYSTEM_V).routine(routine), 0);
    }

    private long changedRegisters(CallingConvention convention, Routine routine, long argument) {
        called.add(routine.name());
        block.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, routine.code().address());
        block.set(ValueLayout.JAVA_LONG_UNALIGNED, 8, argument);
        for (int i = 0; i < 16; i++) {
            block.set(ValueLayout.JAVA_LONG_UNALIGNED, BEFORE + 16L * i, SENTINEL + i);
            block.set(ValueLayout.JAVA_LONG_UNALIGNED, BEFORE + 16L * i + 8, ~SENTINEL - i);
        }
        stubs.routine(convention.name()).call(block.address());
        long changed = block.get(ValueLayout.JAVA_LONG_UNALIGNED, CHANGED);
        for (int i = convention.firstSavedXmm(); i < 16; i++) {
            MemorySegment after = block.asSlice(AFTER + 16L * i, 16);
            changed += after.mismatch(block.asSlice(BEFORE + 16L * i, 16)) < 0 ? 0 : 1;
        }
        return changed;
    }

    /** Calls a kernel, by each convention, with an argument block of exactly the given words. */
    void call(String routine, long... words) {
        MemorySegment arguments = place(8L * words.length);
        for (CallingConvention convention : CallingConvention.values()) {
            MemorySegment.copy(words, 0, arguments, ValueLayout.JAVA_LONG_UNALIGNED, 0, words.length);
            assertThat(changedRegisters(convention, routine, arguments.address()))
                    .as("%s, %s: registers changed", routine, convention)
                    .isZero();
        }
    }

    private MemorySegment place(long bytes) {
        return atEnd ? memory.before(bytes) : memory.after(bytes);
    }

    /** The address of so many random bytes. */
    long bytes(long count) {
        byte[] content = new byte[(int) count];
        random.nextBytes(content);
        return place(count).copyFrom(MemorySegment.ofArray(content)).address();
    }

    /** The address of so many bytes for results. */
    long zeros(long count) {
        return place(count).address();
    }

    @Override
    public void close() {
        memory.close();
        ofStubs.close();
        codes.values().forEach(CodeCache::close);
        stubs.close();
    }
}
