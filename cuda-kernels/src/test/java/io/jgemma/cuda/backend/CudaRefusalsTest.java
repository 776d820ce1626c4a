package io.jgemma.cuda.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.cuda.OnStandIn;
import io.jgemma.cuda.StandIn;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.backend.DeviceInfo;
import io.jgemma.engine.plan.DevicePlan;
import io.jgemma.engine.plan.LoadListener;
import io.jgemma.engine.plan.Offload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot run on the devices there are is refused before anything is loaded, in a sentence that says how to go on. */
@OnStandIn
class CudaRefusalsTest {

    private static EngineOptions options(Offload offload, int context) {
        return EngineOptions.embedded().withContextTokens(context).withOffload(offload);
    }

    private static final class Plans implements LoadListener {
        private final List<DevicePlan> plans = new ArrayList<>();
        private final List<String> doubts = new ArrayList<>();

        @Override
        public void loaded(long doneBytes, long totalBytes) {}

        @Override
        public void planned(DevicePlan plan) {
            plans.add(plan);
        }

        @Override
        public void doubtful(String sentence) {
            doubts.add(sentence);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "driver=11080|the NVIDIA driver is too old (it supports CUDA 11.8, 12.0 is needed)",
                "devices=0|there is an NVIDIA driver and no GPU it could use",
                "capability=61|GPU 0 (stand-in GPU 0) has compute capability 6.1",
                "memory=67108864|GPU 0 (stand-in GPU 0) has 64.0 MiB free, and 8 layers of the model need",
                "memory=124000000|a context of"
            })
    void theReasonIsSaid(String settings, String words) {
        StandIn standIn = StandIn.begin(settings);
        assertThatThrownBy(() -> Engine.open(options(Offload.of(Offload.ALL), 30_000)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining(words);
        assertThat(standIn.report().get("launches").asInt()).isZero();
        assertThat(standIn.report().get("copied").get("hostToDevice").asInt()).isZero();
    }

    /** The hints of a refusal hold. */
    @Test
    void whatARefusalAdvisesFits() {
        StandIn.begin("memory=124000000");
        String message = "";
        try {
            Engine.open(options(Offload.of(Offload.ALL), 30_000)).close();
        } catch (DeviceException e) {
            message = String.valueOf(e.getMessage());
        }
        int context = Integer.parseInt(message.replaceFirst(".*\\(-c (\\d+)\\).*", "$1"));
        int layers = Integer.parseInt(message.replaceFirst(".*-ngl (\\d+) takes.*", "$1"));
        Engine.open(options(Offload.of(Offload.ALL), context)).close();
        Engine.open(options(Offload.of(layers), 30_000)).close();
        assertThatThrownBy(() -> Engine.open(options(Offload.of(layers + 1), 30_000)))
                .isInstanceOf(DeviceException.class);
    }

    /** What is to stay free counts as if somebody had it. */
    @Test
    void aReserveIsKept() {
        StandIn.begin("memory=268435456");
        Engine.open(options(Offload.of(Offload.ALL), 512)).close();
        Offload held = Offload.of(Offload.ALL).withReserve(180L << 20);
        assertThatThrownBy(() -> Engine.open(options(held, 512)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("reserve 276.0 MiB");
        Plans plans = new Plans();
        Engine.open(options(Offload.of(Offload.AUTO).withReserve(180L << 20), 512)
                        .withListener(plans))
                .close();
        assertThat(plans.plans.getFirst().parts().getFirst().place()).isEqualTo(Optional.empty());
    }

    @Test
    void missingDevicesAreNamed() {
        StandIn.begin("devices=2");
        Offload third = new Offload(Offload.ALL, false, 2, List.of());
        assertThatThrownBy(() -> Engine.open(options(third, 512)))
                .isInstanceOf(DeviceException.class)
                .hasMessage("there is no device 2; devices are 0 (stand-in GPU 0), 1 (stand-in GPU 1)");
        Offload shares = new Offload(Offload.ALL, true, 0, List.of(1.0, 1.0, 1.0));
        assertThatThrownBy(() -> Engine.open(options(shares, 512)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("shared by 3 devices, and there are 2");
    }

    @ParameterizedTest
    @CsvSource({
        "8, true, 0, '', 'GPU 0: 4, GPU 1: 4'",
        "8, true, 0, '3 1', 'GPU 0: 6, GPU 1: 2'",
        "8, true, 0, '0 1', 'GPU 1: 8'",
        "5, true, 0, '3 2', 'CPU: 3, GPU 0: 3, GPU 1: 2'",
        "8, false, 1, '', 'GPU 1: 8'",
        "100, false, 0, '', 'GPU 0: 8'"
    })
    void layersGoWhereTheyAreWanted(int layers, boolean split, int device, String shares, String expected) {
        StandIn.begin("devices=2");
        List<Double> numbers = shares.isEmpty()
                ? List.of()
                : List.of(shares.split(" ", -1)).stream().map(Double::valueOf).toList();
        Plans plans = new Plans();
        EngineOptions options = options(new Offload(layers, split, device, numbers), 512);
        Engine.open(options.withListener(plans)).close();
        List<String> parts = plans.plans.getFirst().parts().stream()
                .map(part -> part.place()
                                .map(DeviceInfo::number)
                                .map(n -> "GPU " + n)
                                .orElse("CPU") + ": " + part.layers())
                .toList();
        assertThat(String.join(", ", parts)).isEqualTo(expected);
        assertThat(plans.doubts).isEmpty();
    }

    @Test
    void autoTakesWhatFitsAndSaysWhenNothingDoes() {
        StandIn.begin("memory=124000000");
        Plans some = new Plans();
        Engine.open(options(Offload.of(Offload.AUTO), 30_000).withListener(some))
                .close();
        DevicePlan plan = some.plans.getFirst();
        assertThat(plan.parts()).hasSize(2);
        assertThat(plan.parts().getFirst().place()).isEqualTo(Optional.empty());
        StandIn.begin("memory=67108864");
        Plans none = new Plans();
        Engine.open(options(Offload.of(Offload.AUTO), 30_000).withListener(none))
                .close();
        assertThat(none.plans.getFirst().parts()).hasSize(1);
        assertThat(none.doubts).contains("no layer fits into the free memory of a GPU, so all run on the CPU");
    }
}
