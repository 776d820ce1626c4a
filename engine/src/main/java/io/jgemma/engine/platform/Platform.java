package io.jgemma.engine.platform;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** An operating system and processor that machine code is made for. */
public enum Platform {
    LINUX_X86_64,
    WINDOWS_X86_64,

    /** Any other pair: Java runs there, machine code of this project does not. */
    OTHER;

    private static final int HEAD_BYTES = 4096;

    // An ELF file: magic number, and e_machine with two of its values.
    private static final int ELF = 0x464C_457F;
    private static final int ELF_MACHINE = 18;
    static final int ELF_X86_64 = 62;
    static final int ELF_AARCH64 = 183;

    // A portable executable: where the offset of its header stands, the header's magic number, and Machine with its
    // value for x86-64.
    private static final int PE_OFFSET = 0x3C;
    private static final int PE = 0x4550;
    private static final int PE_MACHINE = 4;
    private static final int PE_X86_64 = 0x8664;

    /**
     * The platform of this process. The program that runs the JVM says for which processor it was built; a JVM under emulation is
     * therefore what it believes to be.
     */
    public static Platform here() {
        if (File.separatorChar == '\\') {
            return ProcessHandle.current().info().command().map(Path::of).stream()
                            .anyMatch(program -> isPe(head(program)))
                    ? WINDOWS_X86_64
                    : OTHER;
        }
        return elfMachine() == ELF_X86_64 ? LINUX_X86_64 : OTHER;
    }

    /** The first bytes of a program, zeros behind its end; all zeros where it cannot be read. */
    private static ByteBuffer head(Path program) {
        byte[] head = new byte[HEAD_BYTES];
        try (InputStream file = Files.newInputStream(program)) {
            file.readNBytes(head, 0, head.length);
        } catch (IOException e) {
            return ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        }
        return ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The processor that the program of this process was built for, as {@code e_machine}; 0 where it is not an ELF file. */
    static int elfMachine() {
        return elfMachine(head(Path.of("/proc/self/exe")));
    }

    static int elfMachine(ByteBuffer head) {
        return head.getInt(0) == ELF ? Short.toUnsignedInt(head.getShort(ELF_MACHINE)) : 0;
    }

    static boolean isPe(ByteBuffer head) {
        int header = head.getInt(PE_OFFSET);
        return header > 0
                && header <= head.capacity() - PE_MACHINE - Short.BYTES
                && head.getInt(header) == PE
                && Short.toUnsignedInt(head.getShort(header + PE_MACHINE)) == PE_X86_64;
    }
}
