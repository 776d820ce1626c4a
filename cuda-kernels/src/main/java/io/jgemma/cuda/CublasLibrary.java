package io.jgemma.cuda;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;

/** Looks at cuBLAS before any class of JCublas is touched: a missing entry would end the process there. */
public final class CublasLibrary {
    /** What the CUDA toolkit installs, by the name programs load it with. */
    public static final String NAME = isWindows() ? "cublas64_12.dll" : "libcublas.so.12";

    private static final List<String> ENTRIES =
            List.of("cublasCreate_v2", "cublasDestroy_v2", "cublasSetStream_v2", "cublasGemmEx");
    private static final String GO_ON = "; without --gpu-gemm cublas jgemma's own kernels do its work";

    private CublasLibrary() {}

    private static boolean isWindows() {
        return File.separatorChar == '\\';
    }

    /**
     * Passes if the library can be used.
     *
     * @throws CudaUnavailableException if it is not there, or is another one
     */
    public static void check() {
        check(NAME);
    }

    /** As {@link #check()}, looking at a library of another name. */
    @SuppressWarnings("restricted")
    static void check(String library) {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup entries = SymbolLookup.libraryLookup(library, arena);
            for (String entry : ENTRIES) {
                if (entries.find(entry).isEmpty()) {
                    throw new CudaUnavailableException(
                            library + " lacks " + entry + ", so it is not cuBLAS 12" + GO_ON);
                }
            }
        } catch (IllegalArgumentException e) {
            throw new CudaUnavailableException(
                    "cuBLAS is not installed (" + library + " is not found): install the CUDA 12 toolkit, or name the"
                            + " library's folder in " + (isWindows() ? "PATH" : "LD_LIBRARY_PATH") + GO_ON,
                    e);
        }
    }
}
