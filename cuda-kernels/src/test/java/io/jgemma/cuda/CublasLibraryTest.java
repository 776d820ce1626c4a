package io.jgemma.cuda;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Machines without cuBLAS, and with another library of its name. */
@OnStandIn
class CublasLibraryTest {
    @Test
    void saysThatItIsNotInstalledAndHowToGoOn() {
        assertThatThrownBy(() -> CublasLibrary.check("libcublas-of-no-machine.so.12"))
                .isInstanceOf(CudaUnavailableException.class)
                .hasMessage("cuBLAS is not installed (libcublas-of-no-machine.so.12 is not found): install the CUDA 12"
                        + " toolkit, or name the library's folder in LD_LIBRARY_PATH; without --gpu-gemm cublas jgemma's"
                        + " own kernels do its work");
    }

    @Test
    void refusesAnotherLibrary() {
        assertThatThrownBy(() -> CublasLibrary.check("libc.so.6"))
                .isInstanceOf(CudaUnavailableException.class)
                .hasMessageStartingWith("libc.so.6 lacks cublasCreate_v2, so it is not cuBLAS 12");
    }

    @Test
    void passesWhereItIs() {
        StandIn.beginWithCublas("");
        assertThatCode(CublasLibrary::check).doesNotThrowAnyException();
    }
}
