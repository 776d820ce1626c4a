package io.jgemma.engine.cpu.x86.assembler;

import io.jgemma.engine.platform.CodeMemoryException;
import io.jgemma.engine.platform.PageMemory;
import io.jgemma.engine.platform.Platform;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Assembled code in memory: written while its pages are writable, then made executable and never writable again. Whoever
 * loads it closes it, after the last call has returned.
 */
public final class CodeCache implements AutoCloseable {

    /** Each routine begins on a cache line. */
    private static final int ALIGNMENT_BYTES = 64;

    private final PageMemory memory;
    private final MemorySegment pages;
    private final Map<String, Routine> routines = new LinkedHashMap<>();
    private boolean closed;

    private CodeCache(PageMemory memory, MemorySegment pages) {
        this.memory = memory;
        this.pages = pages;
    }

    /** Loads finished code, to be called as this system calls it. */
    public static CodeCache load(Map<String, byte[]> codes) {
        return load(codes, CallingConvention.of(Platform.here()));
    }

    /**
     * Loads finished code.
     *
     * @param codes bytes by name; each entry is a routine of its own, written for {@link CallingConvention#SYSTEM_V}, and knows no
     *     address but relative to itself
     * @param convention how it is going to be called
     * @throws CodeMemoryException when the system forbids it
     */
    public static CodeCache load(Map<String, byte[]> codes, CallingConvention convention) {
        PageMemory memory = PageMemory.ofSystem();
        byte[] entry = convention.enter(ALIGNMENT_BYTES);
        long size = 0;
        for (byte[] code : codes.values()) {
            size += roundUp(entry.length + code.length, ALIGNMENT_BYTES);
        }
        CodeCache cache = new CodeCache(memory, memory.map(roundUp(Math.max(size, 1), PageMemory.PAGE_BYTES)));
        boolean done = false;
        try {
            cache.fill(codes, entry);
            done = true;
        } finally {
            if (!done) {
                cache.close();
            }
        }
        return cache;
    }

    private void fill(Map<String, byte[]> codes, byte[] entry) {
        long at = 0;
        for (Map.Entry<String, byte[]> each : codes.entrySet()) {
            byte[] code = each.getValue();
            MemorySegment.copy(entry, 0, pages, ValueLayout.JAVA_BYTE, at, entry.length);
            MemorySegment.copy(code, 0, pages, ValueLayout.JAVA_BYTE, at + entry.length, code.length);
            routines.put(each.getKey(), new Routine(each.getKey(), pages.asSlice(at)));
            at += roundUp(entry.length + code.length, ALIGNMENT_BYTES);
        }
        memory.protect(pages, PageMemory.Protection.READ_EXECUTE);
    }

    private static long roundUp(long value, long unit) {
        return Math.ceilDiv(value, unit) * unit;
    }

    public Routine routine(String name) {
        Routine routine = routines.get(name);
        if (routine == null) {
            throw new AssemblyException("no routine called " + name + " was loaded");
        }
        return routine;
    }

    /** The pages, executable and not writable. */
    public MemorySegment pages() {
        return pages;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            memory.unmap(pages);
        }
    }
}
