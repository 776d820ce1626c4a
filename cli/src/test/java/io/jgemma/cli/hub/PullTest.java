package io.jgemma.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.cli.TestConsole;
import io.jgemma.cli.io.CommandException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulling models, against a double of the protocol in which everything goes wrong that can. */
class PullTest {
    /** Three segments and a half. */
    private static final byte[] LARGE = bytes((int) (3.5 * Segments.SEGMENT_BYTES), 1);

    private static final byte[] SMALL = bytes(1000, 2);

    @TempDir
    private Path folder;

    private final List<Duration> pauses = new ArrayList<>();
    private HubDouble hub;

    private static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @BeforeEach
    void start() throws IOException {
        hub = new HubDouble()
                .with("README.md", SMALL)
                .with("m-Q4_0.gguf", LARGE)
                .with("m-Q8_0.gguf", SMALL)
                .with("mmproj-m-f16.gguf", SMALL)
                .with("big/m-F16-00001-of-00002.gguf", SMALL)
                .with("big/m-F16-00002-of-00002.gguf", bytes(77, 3));
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private ModelStore.Model pull(String name, Optional<String> token) {
        Retries retries = new Retries(time -> {
            synchronized (pauses) {
                pauses.add(time);
            }
        });
        try (Hub client = new Hub(URI.create(hub.endpoint()), token, http(), retries)) {
            return new Puller(new TestConsole("").console(), new ModelStore(folder), client).pull(name, true);
        }
    }

    private static HttpClient http() {
        return HttpClient.newHttpClient();
    }

    private ModelStore.Model pull(String name) {
        return pull(name, Optional.empty());
    }

    private void isWhole(String path, byte[] content) throws IOException {
        assertThat(HubDouble.sum(Files.readAllBytes(folder.resolve("o/r").resolve(path))))
                .isEqualTo(HubDouble.sum(content));
    }

    private List<String> names() throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void bringsTheModelItsProjectorAndNothingElse() throws IOException {
        ModelStore.Model model = pull("hf:o/r:Q4_0", Optional.of("secret"));
        assertThat(names()).containsExactly("m-Q4_0.gguf", "mmproj-m-f16.gguf");
        isWhole("m-Q4_0.gguf", LARGE);
        isWhole("mmproj-m-f16.gguf", SMALL);
        assertThat(model.name()).isEqualTo("m-Q4_0");
        assertThat(model.projector()).isPresent();
        assertThat(hub.leaked).as("tokens that reached the other host").isEmpty();
    }

    @Test
    void bringsAllPartsOfASplitModel() throws IOException {
        assertThat(pull("o/r:f16").parts()).hasSize(2);
        isWhole("big/m-F16-00002-of-00002.gguf", bytes(77, 3));
        assertThat(new ModelStore(folder).find("o/r:F16").orElseThrow().name()).isEqualTo("m-F16");
    }

    @Test
    void takesTheUsualQuantizationWhereNoneIsNamed() {
        assertThat(pull("o/r").name()).isEqualTo("m-Q4_0");
    }

    @Test
    void sayWhichThereAreWhenTheOneNamedIsNot() {
        assertThatThrownBy(() -> pull("o/r:Q6_K"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("no model 'Q6_K'")
                .hasMessageContaining("F16, Q4_0, Q8_0");
    }

    @Test
    void asksForAnotherAddressWhenOneHasEnded() throws IOException {
        hub.usesOfAnAddress = 1;
        pull("o/r:Q4_0");
        isWhole("m-Q4_0.gguf", LARGE);
        assertThat(hub.resolved.get()).isGreaterThanOrEqualTo(4);
    }

    @Test
    void goesOnWhereAConnectionBroke() throws IOException {
        hub.cuts.set(5);
        hub.bytesBeforeCut = 100_000;
        pull("o/r:Q4_0");
        isWhole("m-Q4_0.gguf", LARGE);
        assertThat(hub.requests).anyMatch(request -> request.startsWith("m-Q4_0.gguf bytes=100000-"));
    }

    @Test
    void aLaterRunGoesOn() throws IOException {
        hub.cuts.set(1000);
        hub.bytesBeforeCut = 0;
        assertThatThrownBy(() -> pull("o/r:Q4_0")).hasMessageContaining("run the same command again to resume");
        Path part = folder.resolve("o/r/m-Q4_0.gguf.part");
        assertThat(part).exists();
        // The first segment came, the others did not.
        Segments segments =
                Segments.open(part.resolveSibling("m-Q4_0.gguf.part.json"), part, LARGE.length, HubDouble.sum(LARGE));
        try (var file = new RandomAccessFile(part.toFile(), "rw")) {
            file.write(LARGE, 0, (int) Segments.SEGMENT_BYTES);
        }
        segments.finished(0);
        hub.cuts.set(0);
        hub.requests.clear();
        pull("o/r:Q4_0");
        isWhole("m-Q4_0.gguf", LARGE);
        assertThat(hub.requests)
                .noneMatch(request -> request.startsWith("m-Q4_0.gguf bytes=0-"))
                .hasSize(4);
    }

    @Test
    void waitsAsLongAsABusyServerSays() {
        hub.busyAnswers.set(3);
        pull("o/r:Q8_0");
        assertThat(pauses).hasSize(3).allMatch(Duration::isZero);
    }

    @Test
    void refusesWhatHasAnotherChecksum() throws IOException {
        hub.wrongSum = true;
        assertThatThrownBy(() -> pull("o/r:Q8_0")).hasMessageContaining("another checksum");
        assertThat(names()).isEmpty();
    }

    @Test
    void saysWhatToDoWithoutAnAccountOrConsent() {
        hub.neededToken = "secret";
        assertThatThrownBy(() -> pull("o/r:Q8_0")).hasMessageContaining("set HF_TOKEN");
        assertThatThrownBy(() -> pull("o/r:Q8_0", Optional.of("wrong"))).hasMessageContaining("may not read it");
        hub.refusal = 403;
        assertThatThrownBy(() -> pull("o/r:Q8_0")).hasMessageContaining("accept them on its page");
        assertThat(pull("o/r:Q8_0", Optional.of("secret")).name()).isEqualTo("m-Q8_0");
        assertThatThrownBy(() -> pull("o/other", Optional.of("secret"))).hasMessageContaining("does not exist (404)");
    }

    @Test
    void aServerWithoutRangesIsReadInOnePieceOrRefused() throws IOException {
        hub.ranges = false;
        pull("o/r:Q8_0");
        isWhole("m-Q8_0.gguf", SMALL);
        assertThatThrownBy(() -> pull("o/r:Q4_0")).hasMessageContaining("gives no parts");
    }

    @Test
    void bringsAFileOfAnyServer() {
        ModelStore.Model model = pull(hub.endpoint() + "/o/r/resolve/main/m-Q8_0.gguf");
        assertThat(model.from()).isEqualTo("web/localhost");
        assertThatThrownBy(() -> pull("https://example.org/page.html")).hasMessageContaining("does not end in");
    }

    @Test
    void listsShowsAndRemoves() throws IOException {
        pull("o/r:Q8_0");
        ModelStore store = new ModelStore(folder);
        assertThat(store.models()).extracting(ModelStore.Model::name).containsExactly("m-Q8_0");
        assertThat(store.find("M-Q8_0")).isPresent();
        assertThat(store.find("o/r")).isPresent();
        assertThat(store.find("o/r:Q4_0")).isEmpty();
        store.remove(store.find("m-Q8_0").orElseThrow());
        assertThat(names()).isEmpty();
        try (var left = Files.list(folder)) {
            assertThat(left).as("empty folders").isEmpty();
        }
    }

    @Test
    void everyShortNameIsASource() {
        assertThat(ShortNames.all())
                .isNotEmpty()
                .allSatisfy(entry ->
                        assertThat(ModelSource.parse(entry.source())).isInstanceOf(ModelSource.Repository.class));
    }

    @Test
    void proxiesOfTheEnvironmentAreTaken() {
        EnvironmentProxies proxies = new EnvironmentProxies(
                Map.of("HTTPS_PROXY", "http://proxy.example:3128", "no_proxy", "internal.example,.lan"));
        assertThat(proxies.select(URI.create("https://huggingface.co/x"))
                        .getFirst()
                        .address())
                .hasToString("proxy.example/<unresolved>:3128");
        assertThat(proxies.select(URI.create("https://a.internal.example/x"))).containsExactly(Proxy.NO_PROXY);
        assertThat(proxies.select(URI.create("https://box.lan/x"))).containsExactly(Proxy.NO_PROXY);
    }
}
