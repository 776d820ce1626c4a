package io.jgemma.engine.memory;

import io.jgemma.engine.platform.PageMemory;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The machine code of {@link FaultHandler}, for Linux on x86-64, and how it comes into memory. Shapes of native calls are those
 * of the assembled kernels, because each further one delays the start by milliseconds.
 */
final class FaultCode {

    private FaultCode() {}

    /**
     * The handler, {@code void handler(int signal, siginfo_t *info, void *context)}. Only registers that a function may change are
     * changed, and the stack is as found when it goes on elsewhere.
     *
     * @param table address of slots of 32 bytes: start, end, number of faults
     * @param otherwise address of the handler for addresses in no slot
     */
    static byte[] handler(long table, int slots, long otherwise) {
        Bytes code = new Bytes();
        code.put(0x48, 0x8B, 0x46, 0x10); //                   mov rax, [rsi + 16]     the address: si_addr
        code.put(0x48, 0xB9).word64(table); //                    mov rcx, table
        code.put(0x41, 0xBA).word32(slots); //                    mov r10d, slots
        code.put(0x48, 0x3B, 0x01); //                   next: cmp rax, [rcx]
        code.put(0x72, 0x06); //                               jb skip                 before the range
        code.put(0x48, 0x3B, 0x41, 0x08); //                   cmp rax, [rcx + 8]
        code.put(0x72, 0x15); //                               jb found
        code.put(0x48, 0x83, 0xC1, 0x20); //             skip: add rcx, 32
        code.put(0x41, 0xFF, 0xCA); //                         dec r10d
        code.put(0x75, 0xEC); //                               jnz next
        code.put(0x48, 0xB8).word64(otherwise); //         chain: mov rax, otherwise
        code.put(0xFF, 0xE0); //                               jmp rax
        code.put(0x57, 0x56, 0x52, 0x51); //            found: push rdi, rsi, rdx, rcx
        code.put(0x48, 0x25, 0x00, 0xF0, 0xFF, 0xFF); //       and rax, -4096
        code.put(0x48, 0x89, 0xC7); //                         mov rdi, rax            from this page
        code.put(0x48, 0x8B, 0x71, 0x08); //                   mov rsi, [rcx + 8]
        code.put(0x48, 0x29, 0xC6); //                         sub rsi, rax            to the end of the range
        code.put(0xBA).word32(1); //                              mov edx, PROT_READ
        code.put(0x41, 0xBA).word32(0x32); //                     mov r10d, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS
        code.put(0x49, 0xC7, 0xC0).word32(-1); //                 mov r8, -1
        code.put(0x45, 0x31, 0xC9); //                         xor r9d, r9d
        code.put(0xB8).word32(9); //                              mov eax, SYS_mmap
        code.put(0x0F, 0x05); //                               syscall
        code.put(0x59, 0x5A, 0x5E, 0x5F); //                   pop rcx, rdx, rsi, rdi
        code.put(0x48, 0x85, 0xC0); //                         test rax, rax
        code.put(0x78, 0xBB); //                               js chain                no memory for zeros
        code.put(0xF0, 0x48, 0xFF, 0x41, 0x10); //             lock inc qword [rcx + 16]
        code.put(0xC3); //                                     ret
        return code.toByteArray();
    }

    /**
     * {@code void action(long block)}: {@code rt_sigaction(SIGBUS, block[0], block[1], 8)}, its result in {@code block[2]}. The call
     * of the C library has another structure and a shape of its own.
     */
    static byte[] action() {
        Bytes code = new Bytes();
        code.put(0x57); //                                     push rdi
        code.put(0x48, 0x8B, 0x37); //                         mov rsi, [rdi]          new action, or 0
        code.put(0x48, 0x8B, 0x57, 0x08); //                   mov rdx, [rdi + 8]      receives the old one, or 0
        code.put(0xBF).word32(7); //                              mov edi, SIGBUS
        code.put(0x41, 0xBA).word32(8); //                        mov r10d, 8             bytes of a signal set
        code.put(0xB8).word32(13); //                             mov eax, SYS_rt_sigaction
        code.put(0x0F, 0x05); //                               syscall
        code.put(0x5F); //                                     pop rdi
        code.put(0x48, 0x89, 0x47, 0x10); //                   mov [rdi + 16], rax
        code.put(0xC3); //                                     ret
        return code.toByteArray();
    }

    /** Puts code into a page of its own, executable and not writable, which stays. */
    static long load(byte[] code) {
        PageMemory memory = PageMemory.ofSystem();
        MemorySegment page = memory.map(PageMemory.PAGE_BYTES);
        MemorySegment.copy(code, 0, page, ValueLayout.JAVA_BYTE, 0, code.length);
        memory.protect(page, PageMemory.Protection.READ_EXECUTE);
        return page.address();
    }

    /** Calls loaded code of the shape {@code void f(long)}. */
    @SuppressWarnings("restricted") // Machine code is what this class is for.
    static void call(long address, long argument) throws Throwable {
        MethodHandle handle = Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
        handle.invokeExact(MemorySegment.ofAddress(address), argument);
    }

    /** Code as it is put together. */
    private static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Bytes put(int... bytes) {
            for (int each : bytes) {
                out.write(each);
            }
            return this;
        }

        void word32(int word) {
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                out.write(word >>> shift);
            }
        }

        void word64(long word) {
            word32((int) word);
            word32((int) (word >>> Integer.SIZE));
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }
    }
}
