package io.jgemma.cuda.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.cuda.CudaDrivers;
import io.jgemma.cuda.OnStandIn;
import io.jgemma.cuda.StandIn;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.engine.backend.OpsContract;
import io.jgemma.engine.plan.Offload;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.selftest.SelfTestOptions;
import io.jgemma.engine.selftest.SelfTestResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products by cuBLAS keep the contract, answer as the CPU does and leave nothing behind; here on a cuBLAS of the stand-in. */
@OnStandIn
class CublasTest {
    private static final Offload ALL = Offload.of(Offload.ALL).withGemm(Gemm.CUBLAS);

    @Nested
    @OnStandIn
    class Operations extends OpsContract {
        private StandIn standIn = StandIn.beginWithCublas("");

        @Override
        protected Backend open() {
            standIn = StandIn.beginWithCublas("streams=random");
            return CudaBackend.open(CudaDrivers.open(), 0, Gemm.CUBLAS);
        }

        @Override
        protected double productUnits(QuantType type) {
            // Both operands have 11 bits, where a float has 24.
            return 8192;
        }

        @AfterEach
        void nothingWasFoundWrong() {
            assertThat(standIn.faults()).isEmpty();
        }
    }

    private static EngineOptions options() {
        return EngineOptions.embedded().withContextTokens(512);
    }

    private static long count(StandIn standIn, String kernel) {
        JsonNode counters = standIn.kernel(kernel);
        return counters == null ? 0 : counters.get("launches").asLong();
    }

    @Test
    void modelAnswersAsOnTheCpu() {
        StandIn standIn = StandIn.beginWithCublas("devices=2 streams=random");
        CudaModelsTest.checkLikeCpu(options(), ALL, 24);
        assertThat(count(standIn, "cublasGemmEx")).isGreaterThan(50);
        assertThat(standIn.report().get("kernels").fieldNames())
                .toIterable()
                .noneMatch(name -> name.startsWith("jg_matmul_tiles"));
        CudaModelsTest.assertNothingIsLeft(standIn);
    }

    @Test
    void selfTestPasses() {
        StandIn standIn = StandIn.beginWithCublas("");
        List<SelfTestResult> results = new ArrayList<>();
        Engine.selfTest(0, new SelfTestOptions(16 << 10, 1, "matmul Q", Gemm.CUBLAS), results::add);
        assertThat(results).isNotEmpty().allMatch(SelfTestResult::passed);
        assertThat(count(standIn, "jg_half_weights")).isPositive();
        assertThat(standIn.report().get("devices").get(0).get("used").asLong()).isZero();
    }

    /** Operands in F16 and the library itself want memory. */
    @Test
    void theLibrarysMemoryIsReserved() {
        StandIn standIn = StandIn.beginWithCublas("memory=268435456");
        Engine.open(options().withOffload(ALL.withGemm(Gemm.KERNELS))).close();
        assertThatThrownBy(() -> Engine.open(options().withOffload(ALL)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("reserve 352.0 MiB");
        assertThat(standIn.report().get("devices").get(0).get("used").asLong()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "failCall=cublasGemmEx failCallWith=1, cublasGemmEx failed on device 0: CUBLAS_STATUS_EXECUTION_FAILED",
        "failCall=cublasGemmEx failCallWith=700, cublasGemmEx failed on device 0: CUBLAS_STATUS_EXECUTION_FAILED",
        "failLaunch=40 failLaunchWith=700, CUDA_ERROR_ILLEGAL_ADDRESS"
    })
    void faultsAreSaidAndMemoryComesBack(String fault, String words) {
        StandIn standIn = StandIn.beginWithCublas(fault);
        assertThatThrownBy(() -> CudaModelsTest.answer(options().withOffload(ALL), 4))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining(words);
        assertThat(standIn.report().get("devices").get(0).get("used").asLong()).isZero();
    }
}
