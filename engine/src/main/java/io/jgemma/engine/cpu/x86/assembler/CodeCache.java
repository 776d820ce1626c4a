package io.jgemma.engine.cpu.x86.assembler;

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
    private static final long ALIGNMENT_BYTES = 64;

    private final PageMemory memory;
    private final MemorySegment pages;
    private final Map<String, Routine> routines = new LinkedHashMap<>();
    private final Map<String, Long> offsets = new LinkedHashMap<>();
    private boolean closed;

    private CodeCache(PageMemory memory, MemorySegment pages) {
        this.memory = memory;
        this.pages = pages;
    }

    /**
     * Loads finished code.
     *
     * @param codes bytes by name; each entry is a routine of its own and knows no address but relative to itself
     * @throws CodeMemoryException when the system forbids it
     */
    public static CodeCache load(Map<String, byte[]> codes) {
        PageMemory memory = new PageMemory();
        long size = 0;
        for (byte[] code : codes.values()) {
            size += roundUp(code.length, ALIGNMENT_BYTES);
        }
        CodeCache cache = new CodeCache(memory, memory.map(roundUp(Math.max(size, 1), PageMemory.PAGE_BYTES)));
        boolean done = false;
        try {
            cache.fill(codes);
            done = true;
        } finally {
            if (!done) {
                cache.close();
            }
        }
        return cache;
    }

    private void fill(Map<String, byte[]> codes) {
        long at = 0;
        for (Map.Entry<String, byte[]> entry : codes.entrySet()) {
            byte[] code = entry.getValue();
            MemorySegment.copy(code, 0, pages, ValueLayout.JAVA_BYTE, at, code.length);
            routines.put(entry.getKey(), new Routine(entry.getKey(), pages.asSlice(at)));
            offsets.put(entry.getKey(), at);
            at += roundUp(code.length, ALIGNMENT_BYTES);
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

    /** Where a routine begins. */
    public long address(String name) {
        Long offset = offsets.get(name);
        if (offset == null) {
            throw new AssemblyException("no routine called " + name + " was loaded");
        }
        return pages.address() + offset;
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
