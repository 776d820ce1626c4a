package io.jgemma.cli.command;

import io.jgemma.cli.io.AnswerView;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.JsonText;
import io.jgemma.cli.io.ProgressBar;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.model.EngineOpener;
import io.jgemma.cli.options.AnswerOptions;
import io.jgemma.cli.options.ChatOptions;
import io.jgemma.cli.options.FormOptions;
import io.jgemma.cli.options.ImageOptions;
import io.jgemma.cli.options.ModelOptions;
import io.jgemma.cli.options.RuntimeOptions;
import io.jgemma.cli.options.TextOptions;
import io.jgemma.cli.options.ThinkingOptions;
import io.jgemma.engine.Engine;
import io.jgemma.engine.Session;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ContentPart;
import io.jgemma.engine.chat.ReasoningTags;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.generation.Timings;
import io.jgemma.engine.grammar.Grammar;
import io.jgemma.engine.grammar.Grammars;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.sample.TokenConstraint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One prompt, one answer, or each prompt of a file: answers alone on standard output, everything else on standard error. */
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
    private ThinkingOptions thinking = new ThinkingOptions();

    @Mixin
    private AnswerOptions answer = new AnswerOptions();

    @Mixin
    private FormOptions form = new FormOptions();

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    @Mixin
    private ImageOptions images = new ImageOptions();

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "Picture (PNG, JPEG, WebP, GIF or BMP) that the prompt is about; may be repeated.")
    private List<Path> pictures = new ArrayList<>();

    @Parameters(index = "1..*", paramLabel = "PROMPT", description = "The same as -p TEXT.")
    private List<String> words = new ArrayList<>();

    @Option(names = "--raw", description = "Continue the text as it is, without a chat template.")
    private boolean raw;

    @Option(names = "--json", description = "Print one JSON object with token ids, text and timings instead.")
    private boolean json;

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description =
                    "Answer each prompt of a file of JSON lines, {\"prompt\": TEXT}, on its own; - = standard input."
                            + " Prints the object of --json for each.")
    private @Nullable String prompts;

    @Option(
            names = {"-np", "--parallel"},
            paramLabel = "N",
            defaultValue = "1",
            description = "Prompts of --prompts that are answered at the same time. Default: 1.")
    private int atOnce = 1;

    public RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (!text.given()) {
            model.takeText().ifPresent(words::addFirst);
        }
        text.take(words);
        if (raw && (chat.system().isPresent() || chat.templateGiven())) {
            throw new UsageException("--raw has no conversation; omit --system and --chat-template");
        }
        if (raw && !pictures.isEmpty()) {
            throw new UsageException("--raw has no messages to which --image could belong; omit one of them");
        }
        if (atOnce < 1) {
            throw new UsageException("-np " + atOnce + " is out of range; 1 answers one prompt after the other");
        }
        var file = model.file(console);
        answer.check();
        List<PromptFile.Entry> given = given();
        Optional<Grammar> grammar = form.grammar();
        try (Engine engine =
                EngineOpener.open(console, images.applyTo(chat.applyTo(runtime.engineOptions(file)), console))) {
            SamplerOptions sampling = answer.sampling(engine.defaultSampling());
            boolean templated = usesTemplate(engine);
            Optional<Function<Prompt, TokenConstraint>> kept = grammar.map(language -> constraints(engine, language));
            Function<PromptFile.Entry, GenerationRequest> request = entry -> {
                Prompt prompt = prompt(templated, entry.text());
                GenerationRequest free = answer.request(prompt, sampling);
                return kept.map(constraint -> free.toBuilder()
                                .constraint(constraint.apply(prompt))
                                .build())
                        .orElse(free);
            };
            if (prompts != null) {
                new ManyPrompts(console, engine, atOnce).answer(given, request);
            } else {
                answer(engine, request.apply(given.getFirst()));
            }
        }
        return 0;
    }

    private List<PromptFile.Entry> given() {
        if (prompts == null && !text.given() && console.inTerminal()) {
            throw new UsageException("no text: give one with -p TEXT or -f FILE, or pipe it in; to talk with the model:"
                    + " jgemma chat");
        }
        if (prompts == null) {
            return List.of(new PromptFile.Entry(text.prompt(console), ""));
        }
        if (text.given()) {
            throw new UsageException("--prompts and -p or -f are both given; give one of them");
        }
        return PromptFile.read(prompts, console);
    }

    private void answer(Engine engine, GenerationRequest request) {
        GenerationResult result;
        try (Session session = engine.newSession();
                ProgressBar bar = ProgressBar.of("reading the prompt", console);
                AnswerView view = new AnswerView(new StreamedAnswer(console, !json), bar)) {
            result = session.generate(request, view);
        }
        if (json) {
            console.out().println(json(result)).flush();
        }
        console.detail(summary(result.timings()));
    }

    /** Keeps answers in a form. What a model thinks before it answers has none; some templates open its thoughts themselves. */
    private static Function<Prompt, TokenConstraint> constraints(Engine engine, Grammar grammar) {
        Grammars grammars = Grammars.of(engine.tokenizer(), engine.spec().vocabulary());
        return prompt -> {
            if (!(prompt instanceof Prompt.Chat chat)) {
                return grammars.constraint(grammar);
            }
            ReasoningTags tags = engine.reasoning();
            boolean inside = tags.openedBy(engine.render(chat));
            boolean thinks = inside || engine.chatTemplate().source().contains(tags.close());
            return grammars.constraint(thinks ? grammar.behindReasoning(tags, inside) : grammar);
        };
    }

    private boolean usesTemplate(Engine engine) {
        if (raw) {
            return false;
        }
        if (Engine.chatTemplateOf(engine.file()).isPresent() || chat.templateGiven()) {
            return true;
        }
        if (!pictures.isEmpty()) {
            throw new UsageException("--image needs a chat template and the model's file has none; give one with"
                    + " --chat-template FILE");
        }
        if (chat.system().isPresent()) {
            throw new UsageException("--system needs a chat template and the model's file has none; give one with"
                    + " --chat-template FILE");
        }
        console.note("The model's file has no chat template, so the text is continued as it is (as with --raw).");
        return false;
    }

    private Prompt prompt(boolean templated, String given) {
        if (!templated) {
            return new Prompt.Text(given);
        }
        List<ChatMessage> messages = new ArrayList<>();
        chat.system().ifPresent(system -> messages.add(ChatMessage.system(system)));
        messages.add(
                ChatMessage.user(pictures.stream().map(ContentPart.Image::of).toList(), given));
        return new Prompt.Chat(messages, List.of(), thinking.variables());
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
