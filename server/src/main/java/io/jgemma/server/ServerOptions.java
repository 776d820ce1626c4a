package io.jgemma.server;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How a server listens, whom it lets in, and what requests may ask for. Made by {@link #builder}. Immutable. */
public final class ServerOptions {

    /** Largest body by default: pictures of a full camera resolution come in base64. */
    public static final long DEFAULT_BODY_BYTES = 128L << 20;

    private final Builder values;

    private ServerOptions(Builder from) {
        values = new Builder(from);
    }

    /** Options with defaults: the loopback address, port 8080, no key. */
    public static Builder builder() {
        return new Builder();
    }

    /** Where it listens. */
    public InetAddress address() {
        return values.address;
    }

    /** Port; 0 = any that is free. */
    public int port() {
        return values.port;
    }

    /** API keys, one of which is needed for everything but {@code /health}; none = nobody needs one. */
    public List<String> apiKeys() {
        return values.apiKeys;
    }

    /** Origins whose web pages may use the server; {@code *} for all. */
    public List<String> corsOrigins() {
        return values.corsOrigins;
    }

    /** Certificate and key in PEM for HTTPS. */
    public Optional<Certificate> certificate() {
        return Optional.ofNullable(values.certificate);
    }

    /** Largest body. */
    public long maxBodyBytes() {
        return values.maxBodyBytes;
    }

    /** Connections at the same time. */
    public int maxConnections() {
        return values.maxConnections;
    }

    /** Requests that are worked on or wait at the same time. */
    public int maxRequests() {
        return values.maxRequests;
    }

    /** Of those, requests with the same API key. */
    public int maxRequestsOfAKey() {
        return values.maxRequestsOfAKey;
    }

    /** Tokens of a prompt; empty = what the context holds. */
    public OptionalInt maxPromptTokens() {
        return values.maxPromptTokens;
    }

    /** Tokens of an answer; empty = what the context holds. */
    public OptionalInt maxAnswerTokens() {
        return values.maxAnswerTokens;
    }

    /** Time for an answer, waiting included; empty = as long as it takes. */
    public Optional<Duration> requestTimeout() {
        return Optional.ofNullable(values.requestTimeout);
    }

    /** How long to wait for the next bytes of a request, and for the next request of a connection. */
    public Duration idleTimeout() {
        return values.idleTimeout;
    }

    /** How long a client may leave what was written to it. */
    public Duration writeTimeout() {
        return values.writeTimeout;
    }

    /** After how long without an event a stream gets a comment; zero = never. */
    public Duration pingInterval() {
        return values.pingInterval;
    }

    /** How long answers in progress may go on once the server is to stop. */
    public Duration shutdownTimeout() {
        return values.shutdownTimeout;
    }

    /** How models think where a request does not say. */
    public Reasoning reasoning() {
        return values.reasoning;
    }

    /** Whether pictures are fetched from the public Internet that requests name by their addresses. */
    public boolean remoteImages() {
        return values.remoteImages;
    }

    /** Whether {@code /slots} is served. */
    public boolean slots() {
        return values.slots;
    }

    /** Whether {@code /metrics} is served. */
    public boolean metrics() {
        return values.metrics;
    }

    /** Whether the web page is served at {@code /}. */
    public boolean webPage() {
        return values.webPage;
    }

    /** Told each request on one line, without contents. */
    public Consumer<String> accessLog() {
        return values.accessLog;
    }

    /** Told the body of each request; empty = nobody is. */
    public Optional<Consumer<String>> promptLog() {
        return Optional.ofNullable(values.promptLog);
    }

    /**
     * A certificate for HTTPS.
     *
     * @param chain PEM file with the certificate and those that signed it
     * @param key PEM file with its private key (PKCS #8)
     */
    public record Certificate(Path chain, Path key) {}

    /**
     * How models think where a request does not say.
     *
     * @param on whether they do; empty = as the chat template has it
     * @param budgetTokens tokens of thoughts at most; empty = as many as they like
     * @param inText whether thoughts stay in the text instead of {@code reasoning_content}
     */
    public record Reasoning(Optional<Boolean> on, OptionalInt budgetTokens, boolean inText) {}

    /** Makes options. */
    public static final class Builder {
        private InetAddress address = InetAddress.getLoopbackAddress();
        private int port = 8080;
        private List<String> apiKeys = List.of();
        private List<String> corsOrigins = List.of();
        private @Nullable Certificate certificate;
        private long maxBodyBytes = DEFAULT_BODY_BYTES;
        private int maxConnections = 4096;
        private int maxRequests = 128;
        private int maxRequestsOfAKey = Integer.MAX_VALUE;
        private OptionalInt maxPromptTokens = OptionalInt.empty();
        private OptionalInt maxAnswerTokens = OptionalInt.empty();
        private @Nullable Duration requestTimeout;
        private Duration idleTimeout = Duration.ofSeconds(75);
        private Duration writeTimeout = Duration.ofSeconds(60);
        private Duration pingInterval = Duration.ofSeconds(15);
        private Duration shutdownTimeout = Duration.ofSeconds(30);
        private Reasoning reasoning = new Reasoning(Optional.empty(), OptionalInt.empty(), false);
        private boolean remoteImages;
        private boolean slots = true;
        private boolean metrics = true;
        private boolean webPage = true;
        private Consumer<String> accessLog = line -> {};
        private @Nullable Consumer<String> promptLog;

        private Builder() {}

        private Builder(Builder from) {
            address = from.address;
            port = from.port;
            apiKeys = List.copyOf(from.apiKeys);
            corsOrigins = List.copyOf(from.corsOrigins);
            certificate = from.certificate;
            maxBodyBytes = from.maxBodyBytes;
            maxConnections = from.maxConnections;
            maxRequests = from.maxRequests;
            maxRequestsOfAKey = from.maxRequestsOfAKey;
            maxPromptTokens = from.maxPromptTokens;
            maxAnswerTokens = from.maxAnswerTokens;
            requestTimeout = from.requestTimeout;
            idleTimeout = from.idleTimeout;
            writeTimeout = from.writeTimeout;
            pingInterval = from.pingInterval;
            shutdownTimeout = from.shutdownTimeout;
            reasoning = from.reasoning;
            remoteImages = from.remoteImages;
            slots = from.slots;
            metrics = from.metrics;
            webPage = from.webPage;
            accessLog = from.accessLog;
            promptLog = from.promptLog;
        }

        /** See {@link ServerOptions#address()}. */
        public Builder address(InetAddress value) {
            address = value;
            return this;
        }

        /** See {@link ServerOptions#port()}. */
        public Builder port(int value) {
            port = value;
            return this;
        }

        /** See {@link ServerOptions#apiKeys()}. */
        public Builder apiKeys(List<String> value) {
            apiKeys = value;
            return this;
        }

        /** See {@link ServerOptions#corsOrigins()}. */
        public Builder corsOrigins(List<String> value) {
            corsOrigins = value;
            return this;
        }

        /** See {@link ServerOptions#certificate()}. */
        public Builder certificate(Certificate value) {
            certificate = value;
            return this;
        }

        /** See {@link ServerOptions#maxBodyBytes()}. */
        public Builder maxBodyBytes(long value) {
            maxBodyBytes = value;
            return this;
        }

        /** See {@link ServerOptions#maxConnections()}. */
        public Builder maxConnections(int value) {
            maxConnections = value;
            return this;
        }

        /** See {@link ServerOptions#maxRequests()} and {@link ServerOptions#maxRequestsOfAKey()}. */
        public Builder maxRequests(int all, int ofAKey) {
            maxRequests = all;
            maxRequestsOfAKey = ofAKey;
            return this;
        }

        /** See {@link ServerOptions#maxPromptTokens()}. */
        public Builder maxPromptTokens(int value) {
            maxPromptTokens = OptionalInt.of(value);
            return this;
        }

        /** See {@link ServerOptions#maxAnswerTokens()}. */
        public Builder maxAnswerTokens(int value) {
            maxAnswerTokens = OptionalInt.of(value);
            return this;
        }

        /** See {@link ServerOptions#requestTimeout()}. */
        public Builder requestTimeout(Duration value) {
            requestTimeout = value;
            return this;
        }

        /** See {@link ServerOptions#idleTimeout()}. */
        public Builder idleTimeout(Duration value) {
            idleTimeout = value;
            return this;
        }

        /** See {@link ServerOptions#writeTimeout()}. */
        public Builder writeTimeout(Duration value) {
            writeTimeout = value;
            return this;
        }

        /** See {@link ServerOptions#pingInterval()}. */
        public Builder pingInterval(Duration value) {
            pingInterval = value;
            return this;
        }

        /** See {@link ServerOptions#shutdownTimeout()}. */
        public Builder shutdownTimeout(Duration value) {
            shutdownTimeout = value;
            return this;
        }

        /** See {@link ServerOptions#reasoning()}. */
        public Builder reasoning(Reasoning value) {
            reasoning = value;
            return this;
        }

        /** See {@link ServerOptions#remoteImages()}. */
        public Builder remoteImages(boolean value) {
            remoteImages = value;
            return this;
        }

        /** See {@link ServerOptions#slots()}. */
        public Builder slots(boolean value) {
            slots = value;
            return this;
        }

        /** See {@link ServerOptions#metrics()}. */
        public Builder metrics(boolean value) {
            metrics = value;
            return this;
        }

        /** See {@link ServerOptions#webPage()}. */
        public Builder webPage(boolean value) {
            webPage = value;
            return this;
        }

        /** See {@link ServerOptions#accessLog()}. */
        public Builder accessLog(Consumer<String> value) {
            accessLog = value;
            return this;
        }

        /** See {@link ServerOptions#promptLog()}. */
        public Builder promptLog(Consumer<String> value) {
            promptLog = value;
            return this;
        }

        /** The options. */
        public ServerOptions build() {
            return new ServerOptions(this);
        }
    }
}
