package io.jgemma.cli.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jgemma.cli.io.CommandException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Hugging Face's routes: which files a repository has, and where one of them can be fetched now.
 *
 * <p>A file is asked for at {@code /owner/name/resolve/revision/file}. The answer is a redirection to an address on another host that is signed and ends after an
 * hour; the headers of the redirection tell size and SHA-256. The token goes to the hub's own host and nowhere else.
 */
final class Hub implements AutoCloseable {
    private static final String DEFAULT_ENDPOINT = "https://huggingface.co";
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final int MOST_REDIRECTIONS = 8;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI endpoint;
    private final Optional<String> token;
    private final HttpClient http;
    private final Retries retries;

    /** Where a file lies now, and what it is. Its address may end. */
    record Place(URI address, OptionalLong bytes, Optional<String> sha256) {}

    Hub(URI endpoint, Optional<String> token, HttpClient http, Retries retries) {
        this.endpoint = endpoint;
        this.token = token;
        this.http = http;
        this.retries = retries;
    }

    /** The hub that {@code HF_ENDPOINT}, {@code HF_TOKEN} and the proxies of the environment say. */
    static Hub of(Map<String, String> environment, Optional<String> token) {
        String endpoint = environment.getOrDefault("HF_ENDPOINT", "");
        try {
            URI address = new URI(
                    endpoint.isBlank() ? DEFAULT_ENDPOINT : endpoint.strip().replaceAll("/+$", ""));
            HttpClient http = HttpClient.newBuilder()
                    .connectTimeout(CONNECT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .proxy(new EnvironmentProxies(environment))
                    .build();
            return new Hub(
                    address,
                    token.or(() -> Optional.ofNullable(environment.get("HF_TOKEN")))
                            .filter(value -> !value.isBlank()),
                    http,
                    new Retries(Thread::sleep));
        } catch (URISyntaxException e) {
            throw new CommandException("HF_ENDPOINT '" + endpoint + "' is not an address: " + e.getReason(), e);
        }
    }

    /** How requests are repeated. */
    Retries retries() {
        return retries;
    }

    /** The files of a repository. */
    List<RemoteFile> files(ModelSource.Repository repository) throws IOException, InterruptedException {
        List<RemoteFile> files = new ArrayList<>();
        Optional<URI> page = Optional.of(endpoint.resolve(endpoint.getRawPath() + "/api/models/" + repository.id()
                + "/tree/" + repository.revision() + "?recursive=true"));
        while (page.isPresent()) {
            HttpResponse<InputStream> answer = send(page.get(), "GET");
            try (InputStream body = answer.body()) {
                if (answer.statusCode() != 200) {
                    throw Refusal.of(answer.statusCode(), repository.toString(), token.isPresent());
                }
                for (JsonNode file : JSON.readTree(body)) {
                    if (file.path("type").asText().equals("file")) {
                        files.add(file(repository, file));
                    }
                }
            } catch (JsonProcessingException e) {
                throw new CommandException("what " + page.get() + " answered is not a list of files", e);
            }
            page = next(answer);
        }
        return files;
    }

    private RemoteFile file(ModelSource.Repository repository, JsonNode file) {
        String path = file.path("path").asText();
        return new RemoteFile(
                page(repository, path),
                path,
                file.path("size").asLong(),
                Optional.of(file.path("lfs").path("oid").asText()).filter(Hub::isSha256));
    }

    private URI page(ModelSource.Repository repository, String path) {
        try {
            String whole =
                    endpoint.getPath() + "/" + repository.id() + "/resolve/" + repository.revision() + "/" + path;
            return new URI(endpoint.getScheme(), null, endpoint.getHost(), endpoint.getPort(), whole, null, null);
        } catch (URISyntaxException e) {
            throw new CommandException("the repository has a file that cannot be asked for, '" + path + "'", e);
        }
    }

    /** The next page of a long list, if the answer says that there is one (RFC 8288). */
    private static Optional<URI> next(HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("Link")
                .filter(link -> link.contains("rel=\"next\""))
                .map(link -> answer.uri().resolve(link.substring(link.indexOf('<') + 1, link.indexOf('>'))));
    }

    /** Where a file lies now. */
    Place resolve(URI page, String what) throws IOException, InterruptedException {
        URI at = page;
        OptionalLong bytes = OptionalLong.empty();
        Optional<String> sha256 = Optional.empty();
        for (int i = 0; i < MOST_REDIRECTIONS; i++) {
            HttpResponse<InputStream> answer = send(at, "HEAD");
            answer.body().close();
            var headers = answer.headers();
            if (headers.firstValue("X-Linked-Size").isPresent()) {
                bytes = headers.firstValueAsLong("X-Linked-Size");
            }
            sha256 = sha256.or(
                    () -> headers.firstValue("X-Linked-Etag").map(Hub::unquoted).filter(Hub::isSha256));
            Optional<String> location = headers.firstValue("Location");
            if (answer.statusCode() / 100 == 3 && location.isPresent()) {
                at = at.resolve(location.get());
                if (bytes.isPresent()) {
                    return new Place(at, bytes, sha256); // signed for GET alone
                }
            } else if (answer.statusCode() == 200) {
                return new Place(at, bytes.isPresent() ? bytes : headers.firstValueAsLong("Content-Length"), sha256);
            } else {
                throw Refusal.of(answer.statusCode(), what, token.isPresent());
            }
        }
        throw new CommandException(what + " is redirected again and again");
    }

    /** Asks for bytes {@code from} to the one before {@code end} of a file. */
    HttpResponse<InputStream> bytes(URI address, long from, long end) throws IOException, InterruptedException {
        return http.send(
                request(address)
                        .header("Range", "bytes=" + from + "-" + (end - 1))
                        .GET()
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    private HttpResponse<InputStream> send(URI address, String method) throws IOException, InterruptedException {
        HttpRequest request = request(address)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return retries.answer(address, () -> http.send(request, HttpResponse.BodyHandlers.ofInputStream()));
    }

    private HttpRequest.Builder request(URI address) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address).timeout(ANSWER).header("User-Agent", "jgemma");
        if (isHub(address)) {
            token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        }
        return request;
    }

    /** Whether the token may go there. */
    private boolean isHub(URI address) {
        return endpoint.getScheme().equals(address.getScheme())
                && endpoint.getHost().equalsIgnoreCase(address.getHost())
                && endpoint.getPort() == address.getPort();
    }

    private static String unquoted(String etag) {
        return etag.replaceAll("^(W/)?\"|\"$", "");
    }

    private static boolean isSha256(String text) {
        return text.matches("[0-9a-fA-F]{64}");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
