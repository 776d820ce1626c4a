package io.jgemma.server;

import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.common.tls.Tls;
import io.jgemma.server.http.HttpServer;
import io.jgemma.server.metrics.ServerMetrics;
import io.jgemma.server.models.Models;
import io.jgemma.server.openai.ModelList;
import io.jgemma.server.page.Page;
import io.jgemma.server.remote.RemotePictures;
import io.jgemma.server.request.Pictures;
import io.jgemma.server.request.Thinking;
import io.jgemma.server.run.Admission;
import io.jgemma.server.run.Answers;
import io.jgemma.server.run.Constraints;
import io.jgemma.server.run.Ids;
import io.jgemma.server.run.Service;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * A running server. {@link #close} stops it: no request is taken any more, answers in progress may end within
 * {@link ServerOptions#shutdownTimeout}, then the models are closed, too.
 */
public final class Server implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Server.class.getName());

    /** A stream looks so often whether a comment is due. */
    private static final Duration IDLE = Duration.ofMillis(250);

    /** For errors to reach clients whose answers were cut short. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(5);

    private static final int PICTURE_BYTES = 20 << 20;
    private static final Duration PICTURE_TIME = Duration.ofSeconds(10);
    private static final int PICTURES_TOGETHER = 8;

    private final ServerOptions options;
    private final Models models;
    private final Admission admission;
    private final ServerMetrics metrics;
    private final Answers answers;
    private final HttpServer http;
    private final Optional<RemotePictures> pictures;
    private final Draining draining = new Draining();

    private Server(ServerOptions options, Models models) {
        this.options = options;
        this.models = models;
        admission = new Admission(options.maxRequests(), options.maxRequestsOfAKey());
        metrics = new ServerMetrics(models, admission);
        pictures = options.remoteImages()
                ? Optional.of(new RemotePictures(new RemotePictures.Limits(
                        PICTURE_BYTES, options.maxBodyBytes(), PICTURE_TIME, PICTURES_TOGETHER)))
                : Optional.empty();
        Ids ids = new Ids(new SecureRandom());
        answers = new Answers(metrics, ids, IDLE);
        Service service = new Service(
                models,
                admission,
                answers,
                new Constraints(),
                new Service.Limits(options.maxPromptTokens(), options.maxAnswerTokens(), options.requestTimeout()),
                new Thinking(
                        options.reasoning().on(),
                        options.reasoning().budgetTokens(),
                        options.reasoning().inText()),
                () -> pictures.map(RemotePictures::ofRequest).orElse(Pictures.NOT_FETCHED),
                ids,
                InstantSource.system());
        http = new HttpServer(
                new HttpServer.Listener(
                        options.address(),
                        options.port(),
                        options.maxBodyBytes(),
                        options.maxConnections(),
                        options.certificate().map(Server::tls)),
                new HttpServer.Times(
                        options.idleTimeout(), REQUEST_TIMEOUT, options.writeTimeout(), options.pingInterval()),
                new HttpServer.Access(options.apiKeys(), options.corsOrigins()),
                new HttpServer.Logs(options.accessLog(), options.promptLog()),
                Routes.of(
                        service,
                        options.metrics() ? Optional.of(metrics) : Optional.empty(),
                        options.webPage() ? Optional.of(new Page()) : Optional.empty(),
                        options.slots(),
                        draining));
        metrics.connections(http::openConnections);
        warmUp(service);
    }

    /** Loads the classes that the first answer needs, so that a client's look at the list of models does not wait for them. */
    private void warmUp(Service service) {
        String list = new ModelList(service).list().toString();
        String scraped = metrics.scrape();
        LOG.log(System.Logger.Level.DEBUG, list + scraped);
    }

    /**
     * Starts a server.
     *
     * @param models belong to the server from now on
     * @throws java.io.UncheckedIOException when the port cannot be had, or a certificate cannot be read
     */
    public static Server start(ServerOptions options, Models models) {
        return new Server(options, models);
    }

    private static Tls tls(ServerOptions.Certificate certificate) {
        Keys keys = Keys.builder()
                .pem(pem -> pem.certChain(Resource.create(certificate.chain())).key(Resource.create(certificate.key())))
                .build();
        return Tls.builder().privateKey(keys).privateKeyCertChain(keys).build();
    }

    /** The port it listens on. */
    public int port() {
        return http.port();
    }

    /** Where it is reached, e.g. {@code http://127.0.0.1:8080}. */
    public URI address() {
        String host = options.address().getHostAddress();
        String literal = host.contains(":") ? "[" + host + "]" : host;
        return URI.create((options.certificate().isPresent() ? "https://" : "http://") + literal + ":" + port());
    }

    /** The models it serves. */
    public Models models() {
        return models;
    }

    /** Requests worked on or waiting. */
    public int requests() {
        return admission.taken();
    }

    /** Connections that are open. */
    public int openConnections() {
        return http.openConnections();
    }

    /** Stops the server; if this thread is interrupted meanwhile, answers in progress are cut short. */
    @Override
    public void close() {
        draining.begin();
        try {
            if (!admission.awaitEmpty(options.shutdownTimeout())) {
                answers.stop();
                admission.awaitEmpty(LAST_WORDS);
            }
        } catch (InterruptedException e) {
            answers.stop();
            Thread.currentThread().interrupt();
        } finally {
            models.close();
            http.close();
            metrics.close();
            pictures.ifPresent(RemotePictures::close);
        }
    }
}
