package io.jgemma.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.server.TestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The page's files: what is in the jar, what is sent of it, and that the libraries are those that were chosen. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilesTest {
    private static final int MOST_BYTES = 1_000_000;
    private static final int MOST_LINES = 300;
    private static final Pattern HASH = Pattern.compile("\\| `([^`]+)` \\| `([0-9a-f]{64})` \\|");
    private static final Pattern KEY = Pattern.compile("^  (\\w+):", Pattern.MULTILINE);
    private static final Pattern USED = Pattern.compile("\\bt\\(\"(\\w+)\"|data-t(?:-label|-placeholder)?=\"(\\w+)\"");

    private final TestServer server = new TestServer();
    private final Path folder = folder();

    @AfterAll
    void stop() {
        server.close();
    }

    private static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(Page.class.getResource("index.html"))
                            .toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".class") && !file.endsWith("files.txt"))
                    .toList();
        }
    }

    private String name(Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }

    @Test
    void everyFileIsListed() throws IOException {
        assertThat(Page.paths())
                .containsExactlyInAnyOrderElementsOf(
                        files().stream().map(this::name).toList());
    }

    @Test
    void everythingTogetherIsUnderOneMegabyteEvenUncompressed() {
        long plain = 0;
        long sent = 0;
        for (String path : Page.paths()) {
            PageFile file = PageFile.read(path);
            plain += file.plain().length;
            sent += file.gzip().length > 0 ? file.gzip().length : file.plain().length;
        }
        assertThat(plain).isLessThan(MOST_BYTES);
        assertThat(sent).isLessThan(plain);
    }

    @Test
    void librariesAreThoseOfTheTable() throws IOException, NoSuchAlgorithmException {
        Path vendor = folder.resolve("web/vendor");
        String table = Files.readString(vendor.resolve("README.md"));
        Map<String, String> expected = new TreeMap<>(HASH.matcher(table)
                .results()
                .collect(Collectors.toMap(match -> match.group(1), match -> match.group(2))));
        Map<String, String> actual = new TreeMap<>();
        for (Path file : files()) {
            if (file.startsWith(vendor) && !file.endsWith("README.md")) {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                actual.put(
                        vendor.relativize(file).toString().replace('\\', '/'),
                        HexFormat.of().formatHex(digest));
            }
        }
        assertThat(actual).isEqualTo(expected);
        assertThat(Files.readString(vendor.resolve("dompurify/purify.min.js")))
                .as("older ones have known holes")
                .containsPattern("DOMPurify (3\\.4\\.(1[89]|[2-9]\\d)|3\\.[5-9]|3\\.\\d\\d|[4-9])");
    }

    @Test
    void ownFilesAreShort() throws IOException {
        for (Path file : files()) {
            if (!name(file).contains("/vendor/")) {
                assertThat(Files.readAllLines(file)).as(name(file)).hasSizeLessThan(MOST_LINES);
            }
        }
    }

    @Test
    void everyWordIsThereInBothLanguages() throws IOException {
        Set<String> english = keys("en");
        assertThat(keys("zh")).isEqualTo(english);
        Set<String> used = new HashSet<>();
        for (Path file : files()) {
            if (!name(file).contains("/vendor/") && name(file).matches(".*\\.(js|html)")) {
                USED.matcher(Files.readString(file))
                        .results()
                        .map(match -> match.group(1) == null ? match.group(2) : match.group(1))
                        .forEach(used::add);
            }
        }
        assertThat(used).hasSizeGreaterThan(50);
        assertThat(english).containsAll(used);
    }

    private Set<String> keys(String language) throws IOException {
        return KEY.matcher(Files.readString(folder.resolve("web/words/" + language + ".js")))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }

    @Test
    void comesWithStrictHeaders() {
        TestServer.Answer page = server.get("/");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
        String policy = page.headers().firstValue("content-security-policy").orElseThrow();
        assertThat(policy.split("; "))
                .contains("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'");
        assertThat(policy).doesNotContain("unsafe").doesNotContain("*").doesNotContain("http");
        assertThat(page.headers().firstValue("x-content-type-options")).contains("nosniff");
        assertThat(page.headers().firstValue("referrer-policy")).contains("no-referrer");
        assertThat(page.body()).doesNotContain("style=").doesNotContainPattern("<script>|\\son\\w+=");
    }

    @Test
    void namesNoOtherHost() throws IOException {
        List<String> hosts = new ArrayList<>();
        for (Path file : files()) {
            if (!name(file).contains("/vendor/")) {
                Pattern.compile("https?://(?!www\\.w3\\.org/2000/svg)[^\\s\"')]*")
                        .matcher(Files.readString(file))
                        .results()
                        .map(MatchResult::group)
                        .forEach(hosts::add);
            }
        }
        assertThat(hosts).isEmpty();
    }

    @Test
    void isSentOnceAndCompressed() throws IOException, InterruptedException {
        String path = "/web/vendor/katex/katex.min.js";
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> packed = client.send(
                    server.request(path, "Accept-Encoding", "gzip, br").build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(packed.headers().firstValue("content-encoding")).contains("gzip");
            assertThat(packed.headers().firstValue("vary")).contains("Accept-Encoding");
            byte[] plain = PageFile.read("web/vendor/katex/katex.min.js").plain();
            assertThat(packed.body()).hasSizeLessThan(plain.length / 2);
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed.body()))) {
                assertThat(in.readAllBytes()).isEqualTo(plain);
            }
            String tag = packed.headers().firstValue("etag").orElseThrow();
            HttpResponse<byte[]> again = client.send(
                    server.request(path, "Accept-Encoding", "gzip", "If-None-Match", tag)
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(again.statusCode()).isEqualTo(304);
            assertThat(again.body()).isEmpty();
        }
        TestServer.Answer other = server.get(path, "If-None-Match", "\"other\"");
        assertThat(other.status()).isEqualTo(200);
        assertThat(other.headers().firstValue("content-encoding")).isEmpty();
        assertThat(server.get("/web/vendor/katex/fonts/KaTeX_Main-Regular.woff2")
                        .headers()
                        .firstValue("content-type"))
                .contains("font/woff2");
    }

    @Test
    void nothingElseIsServed() {
        for (String path : List.of("/web/", "/web/../page/index.html", "/web/%2e%2e/Page.class", "/web/files.txt")) {
            assertThat(server.get(path).status()).as(path).isEqualTo(404);
        }
    }

    @Test
    void needsNoKeyAndCanBeSwitchedOff() {
        try (TestServer guarded = new TestServer(options -> options.apiKeys(List.of("secret")));
                TestServer without = new TestServer(options -> options.webPage(false))) {
            assertThat(guarded.get("/").status()).isEqualTo(200);
            assertThat(guarded.get("/web/main.js").status()).isEqualTo(200);
            assertThat(guarded.get("/props").status()).isEqualTo(401);
            assertThat(without.get("/").json().get("status").textValue()).isEqualTo("ok");
            assertThat(without.get("/web/main.js").status()).isEqualTo(404);
        }
    }
}
