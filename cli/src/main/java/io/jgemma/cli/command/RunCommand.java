package io.jgemma.cli.command;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.JsonText;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.model.EngineOpener;
import io.jgemma.cli.options.AnswerOptions;
import io.jgemma.cli.options.ChatOptions;
import io.jgemma.cli.options.ModelOptions;
import io.jgemma.cli.options.RuntimeOptions;
import io.jgemma.cli.options.TextOptions;
import io.jgemma.engine.Engine;
import io.jgemma.engine.GenerationRequest;
import io.jgemma.engine.GenerationResult;
import io.jgemma.engine.Prompt;
import io.jgemma.engine.Session;
import io.jgemma.engine.Timings;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.sample.SamplerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One prompt, one answer: the answer alone on standard output, everything else on standard error. */
@Command(name = "run", description = "Answer one prompt, or continue one text, and end.", abbreviateSynopsis = true)
public final class RunCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private TextOptions text = new TextOptions();

    @Mixin
    private ChatOptions chat = new ChatOptions();

    @Mixin
    private AnswerOptions answer = new AnswerOptions();

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    @Option(names = "--raw", description = "Continue the text as it is, without a chat template.")
    private boolean raw;

    @Option(names = "--json", description = "Print one JSON object with token ids, text and timings instead.")
    private boolean json;

    public RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (raw && (chat.system().isPresent() || chat.templateGiven())) {
            throw new UsageException("--raw knows no conversation; leave out --system and --chat-template");
        }
        var file = model.file();
        SamplerOptions sampling = answer.sampling();
        String given = text.prompt(console);
        try (Engine engine = EngineOpener.open(console, chat.applyTo(runtime.engineOptions(file)));
                Session session = engine.newSession()) {
            GenerationResult result = generate(session, answer.request(prompt(engine, given), sampling));
            if (json) {
                console.out().println(json(result)).flush();
            }
            console.note(console.errStyle().dim(summary(result.timings())));
        }
        return 0;
    }

    private GenerationResult generate(Session session, GenerationRequest request) {
        try (StreamedAnswer streamed = new StreamedAnswer(console, !json)) {
            return session.generate(request, streamed);
        }
    }

    private Prompt prompt(Engine engine, String given) {
        if (raw) {
            return new Prompt.Text(given);
        }
        boolean own =
                !engine.file().metadata().string("tokenizer.chat_template", "").isEmpty();
        if (!own && !chat.templateGiven()) {
            if (chat.system().isPresent()) {
                throw new UsageException("--system needs a chat template and the model's file has none; give one with"
                        + " --chat-template FILE");
            }
            console.note("The model's file has no chat template, so the text is continued as it is (as with --raw).");
            return new Prompt.Text(given);
        }
        List<ChatMessage> messages = new ArrayList<>();
        chat.system().ifPresent(system -> messages.add(ChatMessage.system(system)));
        messages.add(ChatMessage.user(given));
        return new Prompt.Chat(messages, List.of(), Map.of());
    }

    static String summary(Timings timings) {
        return String.format(
                Locale.ROOT,
                "prompt: %d tokens, %.1f tokens/s; answer: %d tokens, %.1f tokens/s",
                timings.promptTokens(),
                timings.promptTokensPerSecond(),
                timings.generatedTokens(),
                timings.generatedTokensPerSecond());
    }

    static String json(GenerationResult result) {
        Timings timings = result.timings();
        return JsonText.compact(json -> {
            json.writeStartObject();
            JsonText.ids(json, "prompt_ids", result.promptIds());
            JsonText.ids(json, "ids", result.ids());
            json.writeStringField("text", result.text());
            json.writeStringField("finish", result.finish().name().toLowerCase(Locale.ROOT));
            json.writeObjectFieldStart("timings");
            json.writeNumberField("cached_tokens", timings.cachedTokens());
            json.writeNumberField("prompt_tokens", timings.promptTokens());
            json.writeNumberField("prompt_ms", timings.promptNanos() / 1e6);
            json.writeNumberField("prompt_per_second", timings.promptTokensPerSecond());
            json.writeNumberField("generated_tokens", timings.generatedTokens());
            json.writeNumberField("generated_ms", timings.generateNanos() / 1e6);
            json.writeNumberField("generated_per_second", timings.generatedTokensPerSecond());
            json.writeEndObject();
            json.writeEndObject();
        });
    }
}
