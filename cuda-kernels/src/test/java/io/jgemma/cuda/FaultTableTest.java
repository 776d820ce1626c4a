package io.jgemma.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.plan.DevicePlan;
import io.jgemma.engine.plan.LoadListener;
import io.jgemma.engine.plan.Offload;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.text.EncodeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Calls of the driver that fail, and kernels that do: each is an error for people, nothing stays on the device, nothing is
 * computed elsewhere instead, and the process goes on. {@code docs/bench/gpu-faults.md} is what was seen.
 */
@OnStandIn
class FaultTableTest {

    private static final Path TABLE = Path.of("../docs/bench/gpu-faults.md");
    private static final Offload ALL = Offload.of(Offload.ALL);
    private static final int CONTEXT = 512;
    private static final int PAGE_TOKENS = 256;
    private static final int ANSWER_TOKENS = 4;

    private static final String PROMPT = "Hello";

    /** With so many the answer needs the next page after some tokens. */
    private static final int LONG_PROMPT_TOKENS = PAGE_TOKENS - 2;

    /** A prompt that is answered with several tokens. */
    private static int[] prompt(Engine engine, int atLeast) {
        int[] ids = engine.tokenizer().encode(PROMPT, EncodeOptions.PROMPT);
        int[] all = new int[Math.max(ids.length, atLeast)];
        Arrays.fill(all, ids[ids.length - 1]);
        System.arraycopy(ids, 0, all, all.length - ids.length, ids.length);
        return all;
    }

    private static int[] answer(Session session, int[] prompt, Runnable afterFirstToken) {
        GenerationRequest request = GenerationRequest.of(new Prompt.Tokens(prompt))
                .withSampling(SamplerOptions.greedy())
                .withMaxTokens(ANSWER_TOKENS);
        int[] ids = session.generate(request, event -> {
                    if (!(event instanceof GenerationEvent.PromptProgress)) {
                        afterFirstToken.run();
                    }
                })
                .ids();
        assertThat(ids).hasSize(ANSWER_TOKENS);
        return ids;
    }

    private static int[] answer(Engine engine, Session session) {
        return answer(session, prompt(engine, 0), () -> {});
    }

    /** Gives the orders when a quarter of the weights is there. */
    private record Weights(Runnable order) implements LoadListener {
        @Override
        public void planned(DevicePlan plan) {}

        @Override
        public void loaded(long doneBytes, long totalBytes) {
            if (doneBytes >= totalBytes / 4) {
                order.run();
            }
        }

        @Override
        public void doubtful(String sentence) {}
    }

    /** Runs something once. */
    private static Runnable once(Runnable work) {
        boolean[] done = {false};
        return () -> {
            if (!done[0]) {
                done[0] = true;
                work.run();
            }
        };
    }

    private static Runnable at(Fault fault, Fault.When when, Runnable work) {
        return fault.when() == when ? work : () -> {};
    }

    /** A life of a model with a fault; gives back what was thrown. */
    private static @Nullable DeviceException live(Fault fault, StandIn standIn) {
        Runnable order = once(() -> standIn.order(fault.orders()));
        try {
            if (fault.when() == Fault.When.DRIVER) {
                CudaDrivers.open(fault.orders()).close();
                return null;
            }
            at(fault, Fault.When.LOAD, order).run();
            EngineOptions options = EngineOptions.embedded()
                    .withContextTokens(fault.name().contains("context") ? 30_000 : CONTEXT)
                    .withOffload(fault.offload())
                    .withListener(new Weights(at(fault, Fault.When.WEIGHTS, order)));
            try (Engine engine = Engine.open(options);
                    Session session = engine.newSession()) {
                at(fault, Fault.When.PROMPT, order).run();
                int tokens = fault.name().contains("next page") ? LONG_PROMPT_TOKENS : 0;
                answer(session, prompt(engine, tokens), at(fault, Fault.When.ANSWER, order));
                at(fault, Fault.When.CLOSE, order).run();
            }
            return null;
        } catch (DeviceException e) {
            return e;
        }
    }

    /** A short life without a fault. */
    private static @Nullable DeviceException live(Offload offload) {
        try (Engine engine = Engine.open(
                        EngineOptions.embedded().withContextTokens(CONTEXT).withOffload(offload));
                Session session = engine.newSession()) {
            GenerationRequest request =
                    GenerationRequest.of(new Prompt.Text("a")).withMaxTokens(1);
            assertThat(session.generate(request, event -> {}).timings().promptTokens())
                    .isPositive();
            return null;
        } catch (DeviceException e) {
            return e;
        }
    }

    /** Bytes of all devices in use. */
    private static long left(StandIn standIn) {
        long bytes = 0;
        for (JsonNode device : standIn.report().get("devices")) {
            bytes += device.get("used").asLong();
        }
        return bytes;
    }

    private static void assertNothingIsOpen(StandIn standIn, String name) {
        standIn.report()
                .get("open")
                .forEachEntry((what, count) ->
                        assertThat(count.asInt()).as("%s: open %s", name, what).isZero());
    }

    /** Whether nothing was copied or computed. */
    private static boolean isUntouched(StandIn standIn) {
        JsonNode report = standIn.report();
        return report.get("copied").get("hostToDevice").asLong() == 0
                && report.get("launches").asLong() == 0
                && report.get("allocationCalls").asLong() == 0;
    }

    private static String row(Fault fault) {
        StandIn standIn = StandIn.begin(fault.machine());
        DeviceException failure = live(fault, standIn);
        boolean refused =
                !(failure instanceof CudaException) && fault.when() == Fault.When.LOAD && isUntouched(standIn);
        String message = failure == null ? "" : String.valueOf(failure.getMessage());
        String behaviour;
        if (fault.when() == Fault.When.CLOSE) {
            assertThat(failure).as(fault.name()).isNull();
            behaviour = "the answer is complete; a warning is logged";
            message = "GPU 0 fails while its memory is given back";
        } else {
            assertThat(failure).as(fault.name()).isNotNull();
            boolean answering = fault.when() == Fault.When.PROMPT || fault.when() == Fault.When.ANSWER;
            behaviour = answering
                    ? "the answer ends with an error"
                    : refused || fault.when() == Fault.When.DRIVER ? "refused" : "loading ends with an error";
        }
        if (fault.when() == Fault.When.ANSWER) {
            // The engine is a token or two ahead of who gives the order, so which page is not there differs.
            message = message.replaceFirst("for [0-9.]+ .iB more: [0-9.]+ of", "for N KiB more: N of");
        }
        long left = left(standIn);
        assertThat(left).as("%s: bytes left", fault.name()).isZero();
        assertNothingIsOpen(standIn, fault.name());
        return "| %s | %s | %s | %s | %d | %s |\n"
                .formatted(fault.name(), fault.when().words, behaviour, message, left, afterwards(fault, standIn));
    }

    /** Whether a whole GPU of the same machine answers again. */
    private static String afterwards(Fault fault, StandIn standIn) {
        boolean lost = fault.orders().contains("loseAtLaunch");
        standIn.order(
                "driver=12040 capability=86 memory=1073741824 failCall=none failAllocation=0 failLaunch=0 loseAtLaunch=0");
        if (fault.orders().equals("devices=0")) {
            StandIn.begin(fault.machine());
        }
        DeviceException again = live(ALL);
        if (lost) {
            assertThat(again).as("%s: once more", fault.name()).hasMessageContaining("cannot be used");
            return "the GPU stays lost, and says so";
        }
        assertThat(again).as("%s: once more", fault.name()).isNull();
        return "answers";
    }

    @Test
    void faultsAreErrorsThatLeaveNothing() throws IOException {
        StringBuilder table = new StringBuilder("""
                # What happens when a GPU fails

                Made by `FaultTableTest` on the stand-in driver, which does what each row says; the test fails when this page is
                not what it finds, when a byte stays in use, when a stream, event, module, context or pinned memory stays open,
                or when the next attempt does not answer. It leaves the new page in `cuda-kernels/target/gpu-faults.md`. No
                fault ends the process, and none makes the CPU do the GPU's work. "Afterwards" is a new load and answer in the
                same process with the fault gone.

                | fault | moment | behaviour | message | bytes left | afterwards |
                |---|---|---|---|---|---|
                """);
        for (Fault fault : Fault.all()) {
            table.append(row(fault));
        }
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target/gpu-faults.md"), table);
        assertThat(TABLE).hasContent(table.toString());
    }

    /** What has no room ends one answer; the engine, and the session itself, go on when there is room again. */
    @Test
    void sessionsGoOnAfterOneHadNoRoom() {
        StandIn standIn = StandIn.begin("");
        try (Engine engine = Engine.open(
                        EngineOptions.embedded().withContextTokens(CONTEXT).withOffload(ALL));
                Session first = engine.newSession();
                Session second = engine.newSession()) {
            int[] expected = answer(engine, second);
            standIn.order("failAllocation=1");
            String message = "";
            try {
                answer(engine, first);
            } catch (DeviceException e) {
                message = String.valueOf(e.getMessage());
            }
            assertThat(message).contains("has no room for");
            assertThat(answer(engine, first)).isEqualTo(expected);
            try (Session third = engine.newSession()) {
                assertThat(answer(engine, third)).isEqualTo(expected);
            }
        }
        assertThat(left(standIn)).isZero();
        assertNothingIsOpen(standIn, "no room");
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams=lazy", "streams=random", "streams=eager"})
    void othersGoOnWhereADeviceIsLost(String streams) {
        StandIn standIn = StandIn.begin("devices=2 " + streams);
        Offload first = new Offload(Offload.ALL, false, 0, List.of());
        Offload second = new Offload(Offload.ALL, false, 1, List.of());
        EngineOptions options = EngineOptions.embedded().withContextTokens(CONTEXT);
        try (Engine healthy = Engine.open(options.withOffload(second));
                Engine doomed = Engine.open(options.withOffload(first));
                Session session = healthy.newSession();
                Session other = doomed.newSession()) {
            int[] expected = answer(healthy, session);
            assertThat(answer(doomed, other)).isEqualTo(expected);
            standIn.order("loseAtLaunch=40");
            for (int attempt = 0; attempt < 2; attempt++) {
                String message = "";
                try (Session lost = doomed.newSession()) {
                    answer(doomed, lost);
                } catch (DeviceException e) {
                    message = String.valueOf(e.getMessage());
                }
                assertThat(message).contains("on device 0", "CUDA_ERROR_UNKNOWN");
                try (Session another = healthy.newSession()) {
                    assertThat(answer(healthy, another)).isEqualTo(expected);
                }
            }
        }
        assertThat(left(standIn)).isZero();
        assertNothingIsOpen(standIn, "a lost device");
    }
}
