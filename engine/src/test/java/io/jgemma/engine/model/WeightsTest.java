package io.jgemma.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.gguf.GgufWriter;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightsTest {
    private static final float[] VALUES = {1, -2, 0.5f, 4};

    /** A backend that notes what is uploaded, and as which type. */
    private static Backend noting(Backend backend, List<String> uploads) {
        return (Backend) Proxy.newProxyInstance(
                WeightsTest.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    if (arguments != null && arguments[0] instanceof GgufTensor tensor) {
                        uploads.add(tensor.name() + " " + tensor.type().name());
                    }
                    try {
                        return method.invoke(backend, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void aVectorOfAnotherTypeIsUploadedOnceAsFloats() {
        GgufWriter writer = new GgufWriter()
                .tensor("half", QuantTypes.F16, GgufShape.of(4), VALUES)
                .tensor("float", QuantTypes.F32, GgufShape.of(4), VALUES);
        List<String> uploads = new ArrayList<>();
        List<Long> progress = new ArrayList<>();
        try (GgufFile file = writer.open();
                Backend backend = CpuBackend.open(KernelSet.SCALAR, 1);
                Weights weights = new Weights(file, noting(backend, uploads), progress::add)) {
            for (String name : List.of("half", "float", "half")) {
                Tensor vector = weights.vector(name, 4);
                MemorySegment values = backend.read(vector);
                assertThat(values.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(VALUES);
            }
        }
        assertThat(uploads).containsExactly("half F32", "float F32");
        assertThat(progress).containsExactly(8L, 16L);
    }
}
