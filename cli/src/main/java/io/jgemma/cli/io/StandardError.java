package io.jgemma.cli.io;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.nio.charset.StandardCharsets;

/**
 * Where errors and notes go. The launcher may keep the JVM's own standard error to leave a line out of it, and then hands
 * over the real one as another descriptor, whose number stands in the property {@value #PROPERTY}.
 *
 * @param stream the stream, UTF-8
 * @param descriptor its descriptor
 */
record StandardError(PrintStream stream, int descriptor) {
    private static final String PROPERTY = "io.jgemma.stderr";
    private static final int USUAL = 2;

    /** The stream of this process. */
    static StandardError ofProcess() {
        int descriptor = Integer.getInteger(PROPERTY, USUAL);
        if (descriptor != USUAL) {
            try {
                // Opening /dev/fd/N instead would give a file a second position, and cut it.
                Constructor<FileDescriptor> constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
                constructor.setAccessible(true);
                return new StandardError(print(constructor.newInstance(descriptor)), descriptor);
            } catch (ReflectiveOperationException | InaccessibleObjectException e) {
                return new StandardError(print(FileDescriptor.err), USUAL); // the launcher passes it on, line by line
            }
        }
        return new StandardError(print(FileDescriptor.err), USUAL);
    }

    private static PrintStream print(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
