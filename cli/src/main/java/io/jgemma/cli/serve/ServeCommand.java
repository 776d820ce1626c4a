package io.jgemma.cli.serve;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.model.LoadingBar;
import io.jgemma.cli.options.ChatOptions;
import io.jgemma.cli.options.ImageOptions;
import io.jgemma.cli.options.ModelOptions;
import io.jgemma.cli.options.RuntimeOptions;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.server.Server;
import io.jgemma.server.ServerOptions;
import io.jgemma.server.models.ModelDefinition;
import io.jgemma.server.models.Models;
import java.net.BindException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves models over HTTP until it is told to stop. */
@Command(
        name = "serve",
        description = "Serve models over HTTP to clients of OpenAI, Anthropic and llama.cpp.",
        abbreviateSynopsis = true)
public final class ServeCommand implements Callable<Integer> {
    private static final int SIGTERM_CODE = 143;

    private final Console console;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ServedModels served = new ServedModels();

    @Mixin
    private ListenOptions listen = new ListenOptions();

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    @Mixin
    private ImageOptions images = new ImageOptions();

    @Mixin
    private ChatOptions chat = new ChatOptions();

    @Mixin
    private ReasoningOptions reasoning = new ReasoningOptions();

    @Option(
            names = "--log-file",
            paramLabel = "FILE",
            description = "Write the access log there instead of standard error.")
    private @Nullable Path logFile;

    @Option(names = "--log-prompts", description = "Write the bodies of requests into the log, too.")
    private boolean logPrompts;

    @Option(
            names = "--allow-remote-images",
            description = "Fetch pictures that requests name by an address, from the public Internet only: 20 MiB and"
                    + " 10 s each at most.")
    private boolean remoteImages;

    @Option(
            names = "--metrics",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Serve /metrics for Prometheus. Default: on.")
    private boolean metrics = true;

    @Option(
            names = {"--webui", "--ui"},
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Serve the web page at /. Default: on.")
    private boolean webPage = true;

    @Option(
            names = "--slots",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Serve /slots, which tells how far answers in progress are. Default: on.")
    private boolean slots = true;

    public ServeCommand(Console console) {
        this.console = console;
    }

    /** Takes flags of llama.cpp's server that ask for what is always so here, so that its command lines work. */
    @Option(
            names = {"--jinja", "-cb", "--cont-batching", "--embedding", "--embeddings"},
            description = "Jinja templates, continuous batching, embeddings: always on, taken since llama.cpp's server"
                    + " has these flags.")
    void alwaysOn(boolean given) {}

    @Override
    public Integer call() {
        check();
        StatusLine status = new StatusLine(console);
        try (status;
                Log log = Log.open(logFile, status)) {
            ServerOptions options = options(log);
            warn(options);
            List<ModelDefinition> definitions = served.definitions(model.file(console), this::engineOptions);
            Models models = new Models(definitions, served.memoryBytes(), new LoadingBar(console)::watched);
            try (Server server = start(options, models)) {
                console.out().println("listening on " + server.address()).flush();
                status.watch(server);
                awaitSignal();
                console.note("stopping; answers in progress have "
                        + options.shutdownTimeout().toSeconds() + " s to finish");
            }
        }
        return 0;
    }

    private void check() {
        if (chat.system().isPresent()) {
            throw new UsageException("--system is not a flag of serve: requests bring their own system messages");
        }
        if (served.onDemand()
                && engineOptions(Optional.empty()).pictures().file().isPresent()) {
            throw new UsageException("--mmproj is one model's; with --config, a model has its own 'mmproj'");
        }
    }

    private EngineOptions engineOptions(Optional<Path> file) {
        return limits.applyTo(images.applyTo(chat.applyTo(runtime.engineOptions(file)), console));
    }

    private ServerOptions options(Log log) {
        ServerOptions.Builder options = ServerOptions.builder()
                .metrics(metrics)
                .webPage(webPage)
                .slots(slots)
                .reasoning(reasoning.reasoning())
                .remoteImages(remoteImages)
                .accessLog(log);
        listen.applyTo(options, console.environment().get("JGEMMA_API_KEY"));
        limits.applyTo(options);
        if (logPrompts) {
            options.promptLog(log);
        }
        return options.build();
    }

    private void warn(ServerOptions options) {
        if (!options.address().isLoopbackAddress() && options.apiKeys().isEmpty()) {
            console.note("warning: everybody who reaches " + options.address().getHostAddress()
                    + " may use this server; give it a key with --api-key");
        }
    }

    private Server start(ServerOptions options, Models models) {
        try {
            if (!served.onDemand()) {
                load(models);
            }
            return Server.start(options, models);
        } catch (RuntimeException e) {
            models.close();
            if (causedByBind(e)) {
                throw new CommandException("port " + options.port() + " of "
                        + options.address().getHostAddress()
                        + " is not available: another program uses it, or it needs more"
                        + " rights; choose another with --port");
            }
            throw e;
        }
    }

    private static boolean causedByBind(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return true;
            }
        }
        return false;
    }

    private void load(Models models) {
        Engine engine = models.preload();
        engine.embedded().ifPresent(demo -> console.paragraph("No model was named. " + demo.notice()));
        String id = models.list().getFirst().definition().id();
        console.note(id + ": " + engine.description() + ", context of " + engine.contextTokens() + " tokens");
    }

    /** Waits for SIGTERM or SIGINT, or until this thread is interrupted. A second signal ends the process at once. */
    private static void awaitSignal() {
        CountDownLatch told = new CountDownLatch(1);
        AtomicBoolean before = new AtomicBoolean();
        for (String signal : new String[] {"TERM", "INT"}) {
            Signals.register(signal, () -> {
                told.countDown();
                if (before.getAndSet(true)) {
                    Runtime.getRuntime().halt(SIGTERM_CODE);
                }
            });
        }
        try {
            told.await();
        } catch (InterruptedException e) {
            // As good as a signal: the server is closed next.
        }
    }
}
