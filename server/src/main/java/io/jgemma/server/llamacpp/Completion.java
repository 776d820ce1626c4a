package io.jgemma.server.llamacpp;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.Engine;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.server.http.Exchange;
import io.jgemma.server.json.Fields;
import io.jgemma.server.models.ModelLease;
import io.jgemma.server.openai.Use;
import io.jgemma.server.request.AnswerSettings;
import io.jgemma.server.request.Form;
import io.jgemma.server.run.Admission;
import io.jgemma.server.run.Answer;
import io.jgemma.server.run.FillIn;
import io.jgemma.server.run.Service;
import io.jgemma.server.run.SettingsReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code POST /completion} and {@code POST /infill}. */
public final class Completion {
    private static final List<String> MAX_TOKENS = List.of("n_predict", "max_tokens");
    private static final String RESPONSE_FIELDS = "response_fields";
    private static final int MAX_PATHS = 100;
    private static final int MAX_PATH_CHARS = 200;
    private static final String AFTER_SAMPLING = "post_sampling_probs";

    private final Service service;

    public Completion(Service service) {
        this.service = service;
    }

    /** Continues texts. */
    public void complete(Exchange exchange) {
        handle(exchange, (fields, engine) -> CompletionPrompts.of(fields, engine.tokenizer()));
    }

    /** Fills in what stands between two texts. */
    public void infill(Exchange exchange) {
        handle(exchange, (fields, engine) -> List.of(fillIn(fields, engine)));
    }

    /** Finds the prompts in a request. */
    @FunctionalInterface
    private interface PromptReader {
        List<Prompt> read(Fields fields, Engine engine);
    }

    private void handle(Exchange exchange, PromptReader reader) {
        Fields fields = exchange.fields();
        Optional<Form> form = Form.of(fields);
        try (Admission.Place _ = service.admission().enter(exchange.key());
                ModelLease model = service.model(fields)) {
            Engine engine = model.engine();
            if (fields.isTrue(AFTER_SAMPLING)) {
                throw fields.invalid(
                        AFTER_SAMPLING,
                        "this server tells the model's own probabilities only; leave out " + AFTER_SAMPLING);
            }
            List<Prompt> prompts = reader.read(fields, engine);
            prompts.forEach(prompt -> service.requireLength(engine, prompt));
            AnswerSettings settings = SettingsReader.of(
                    service,
                    fields,
                    model,
                    MAX_TOKENS,
                    "stop",
                    fields.integer("n_probs", 0, GenerationRequest.MAX_TOP_LOGPROBS));
            var constraint = service.constraints().of(engine, form);
            List<GenerationRequest> requests = prompts.stream()
                    .flatMap(prompt -> settings.requests(prompt, constraint).stream())
                    .toList();
            CompletionWriter json =
                    new CompletionWriter(model.id(), engine.tokenizer(), settings, responseFields(fields));
            Use.note(exchange, model.id(), answer(exchange, fields, engine, requests, json));
        }
    }

    private List<Answer> answer(
            Exchange exchange, Fields fields, Engine engine, List<GenerationRequest> requests, CompletionWriter json) {
        if (!fields.isTrue("stream")) {
            List<Answer> answers = service.answers().join(engine, requests, exchange.peer());
            exchange.json(answers.size() == 1 ? json.whole(0, answers.getFirst()) : json.all(answers));
            return answers;
        }
        CompletionEvents events = new CompletionEvents(
                json,
                exchange.events(),
                requests.size(),
                service.ids(),
                new CompletionEvents.Extras(fields.isTrue("return_progress"), fields.isTrue("timings_per_token")));
        service.answers().stream(engine, requests, exchange.peer(), events);
        return events.answers();
    }

    private static List<String> responseFields(Fields fields) {
        List<String> paths = new ArrayList<>();
        for (JsonNode path : fields.array(RESPONSE_FIELDS)) {
            if (!path.isTextual() || path.textValue().length() > MAX_PATH_CHARS || paths.size() == MAX_PATHS) {
                throw fields.invalid(
                        RESPONSE_FIELDS,
                        RESPONSE_FIELDS + " is not readable; expected names of fields, " + MAX_PATHS + " at most");
            }
            paths.add(path.textValue());
        }
        return paths;
    }

    private static Prompt fillIn(Fields fields, Engine engine) {
        FillIn fillIn = FillIn.of(engine.tokenizer())
                .orElseThrow(() -> fields.invalid("input_suffix", "this model has no tokens to fill in between texts"));
        List<FillIn.Extra> extras = new ArrayList<>();
        for (Fields extra : fields.objects("input_extra")) {
            extras.add(new FillIn.Extra(extra.string("filename").orElse("file"), extra.requireString("text")));
        }
        String prefix = fields.string("input_prefix").orElse("")
                + fields.string("prompt").orElse("");
        return fillIn.prompt(prefix, fields.string("input_suffix").orElse(""), extras);
    }
}
