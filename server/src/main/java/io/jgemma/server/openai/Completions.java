package io.jgemma.server.openai;

import io.jgemma.engine.Engine;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.server.http.Exchange;
import io.jgemma.server.json.Fields;
import io.jgemma.server.models.ModelLease;
import io.jgemma.server.request.AnswerSettings;
import io.jgemma.server.request.Form;
import io.jgemma.server.run.Admission;
import io.jgemma.server.run.Answer;
import io.jgemma.server.run.FillIn;
import io.jgemma.server.run.Fingerprint;
import io.jgemma.server.run.Service;
import io.jgemma.server.run.SettingsReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code POST /v1/completions}. */
public final class Completions {
    private static final List<String> MAX_TOKENS = List.of("max_tokens", "max_completion_tokens", "n_predict");

    private final Service service;

    public Completions(Service service) {
        this.service = service;
    }

    /** Continues texts. */
    public void handle(Exchange exchange) {
        Fields fields = exchange.fields();
        Optional<Form> form = Form.of(fields);
        try (Admission.Place _ = service.admission().enter(exchange.key());
                ModelLease model = service.model(fields)) {
            Engine engine = model.engine();
            List<Prompt> prompts = prompts(fields, engine);
            prompts.forEach(prompt -> service.requireLength(engine, prompt));
            AnswerSettings settings = SettingsReader.of(service, fields, model, MAX_TOKENS, "stop", logprobs(fields));
            List<GenerationRequest> requests = new ArrayList<>();
            var constraint = service.constraints().of(engine, form);
            prompts.forEach(prompt -> requests.addAll(settings.requests(prompt, constraint)));
            CompletionJson json = new CompletionJson(
                    service.ids().next("cmpl-"),
                    service.now(),
                    model.id(),
                    Fingerprint.of(engine),
                    engine.tokenizer(),
                    settings.topLogprobs().isPresent(),
                    echoes(fields, engine, prompts, settings));
            Use.note(exchange, model.id(), answer(exchange, fields, engine, new Job(json, requests, prompts.size())));
        }
    }

    private record Job(CompletionJson json, List<GenerationRequest> requests, int prompts) {}

    private List<Answer> answer(Exchange exchange, Fields fields, Engine engine, Job job) {
        if (!fields.isTrue("stream")) {
            List<Answer> answers = service.answers().join(engine, job.requests(), exchange.peer());
            exchange.json(job.json().completion(answers, job.prompts()));
            return answers;
        }
        boolean usage = fields.object("stream_options")
                .map(options -> options.isTrue("include_usage"))
                .orElse(false);
        CompletionStream stream = new CompletionStream(
                job.json(),
                exchange.events(),
                usage ? OptionalInt.of(job.prompts()) : OptionalInt.empty(),
                job.requests().size(),
                service.ids());
        service.answers().stream(engine, job.requests(), exchange.peer(), stream);
        return stream.finish();
    }

    private static List<Prompt> prompts(Fields fields, Engine engine) {
        Optional<String> suffix = fields.string("suffix").filter(text -> !text.isEmpty());
        if (suffix.isEmpty()) {
            return Prompts.of(fields, "prompt", engine.tokenizer().vocabulary().size());
        }
        FillIn fillIn = FillIn.of(engine.tokenizer())
                .orElseThrow(() -> fields.invalid("suffix", "this model has no tokens for a suffix; leave it out"));
        return List.of(fillIn.prompt(fields.requireString("prompt"), suffix.get(), List.of()));
    }

    private static OptionalInt logprobs(Fields fields) {
        if (fields.value("logprobs").filter(value -> value.isBoolean()).isPresent()) {
            return SettingsReader.chatLogprobs(fields);
        }
        return fields.integer("logprobs", 0, GenerationRequest.MAX_TOP_LOGPROBS);
    }

    /** What is put before each answer: nothing, or its prompt. */
    private static List<String> echoes(Fields fields, Engine engine, List<Prompt> prompts, AnswerSettings settings) {
        if (!fields.isTrue("echo")) {
            return List.of();
        }
        if (settings.topLogprobs().isPresent()) {
            throw fields.invalid("echo", "this server tells no logprobs of a prompt; leave out echo or logprobs");
        }
        List<String> echoes = new ArrayList<>();
        for (Prompt prompt : prompts) {
            String text = prompt instanceof Prompt.Text(String given)
                    ? given
                    : engine.tokenizer().decode(engine.encode(prompt));
            for (int i = 0; i < settings.count(); i++) {
                echoes.add(text);
            }
        }
        return echoes;
    }
}
