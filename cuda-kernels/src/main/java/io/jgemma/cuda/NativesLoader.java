package io.jgemma.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * Loads JCuda and the binding to it apart from the rest. JCuda asks its class loader for its native library and, where that
 * has none, unpacks it under a fixed name into the folder for temporary files, and trusts what it finds there. This loader
 * has one: unpacked into a folder that only this user may enter, and deleted when the process ends.
 */
final class NativesLoader extends ClassLoader {
    private static final String JCUDA = "jcuda.";
    private static final String BINDING = "io.jgemma.cuda.jcuda.";

    static {
        registerAsParallelCapable();
    }

    private NativesLoader(ClassLoader parent) {
        super("jgemma-jcuda", parent);
    }

    static NativesLoader create() {
        return new NativesLoader(NativesLoader.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(JCUDA) && !name.startsWith(BINDING)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            return known == null ? define(name) : known;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name + " (the jar of JCuda is not there)");
            }
            byte[] code = in.readAllBytes();
            return defineClass(name, code, 0, code.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    @Override
    protected @Nullable String findLibrary(String name) {
        String file = System.mapLibraryName(name);
        try (InputStream in = getResourceAsStream("lib/" + file)) {
            if (in == null) {
                return null;
            }
            Path folder = Files.createTempDirectory(
                    "jgemma-jcuda", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path library = folder.resolve(file);
            Files.copy(in, library);
            // The last one registered goes first.
            folder.toFile().deleteOnExit();
            library.toFile().deleteOnExit();
            return library.toString();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + file + ": is the folder for temporary files full?", e);
        }
    }
}
