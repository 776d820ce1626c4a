package io.jgemma.server.llamacpp;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.Engine;
import io.jgemma.engine.GenerationRequest;
import io.jgemma.engine.Prompt;
import io.jgemma.engine.text.EncodeOptions;
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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code POST /completion} and {@code POST /infill}. */
public final class Completion {
    private static final List<String> MAX_TOKENS = List.of("n_predict", "max_tokens");

    private final Service service;

    public Completion(Service service) {
        this.service = service;
    }

    /** Continues a text. */
    public void complete(Exchange exchange) {
        handle(exchange, Completion::prompt);
    }

    /** Fills in what stands between two texts. */
    public void infill(Exchange exchange) {
        handle(exchange, Completion::fillIn);
    }

    /** Finds the prompt in a request. */
    @FunctionalInterface
    private interface PromptReader {
        Prompt read(Fields fields, Engine engine);
    }

    private void handle(Exchange exchange, PromptReader reader) {
        Fields fields = exchange.fields();
        Optional<Form> form = Form.of(fields);
        try (Admission.Place _ = service.admission().enter(exchange.key());
                ModelLease model = service.model(fields)) {
            Engine engine = model.engine();
            Prompt prompt = reader.read(fields, engine);
            service.requireLength(engine, prompt);
            AnswerSettings settings = SettingsReader.of(
                    service,
                    fields,
                    model,
                    MAX_TOKENS,
                    "stop",
                    fields.integer("n_probs", 0, GenerationRequest.MAX_TOP_LOGPROBS));
            List<GenerationRequest> requests =
                    settings.requests(prompt, service.constraints().of(engine, form));
            CompletionWriter json = new CompletionWriter(model.id(), engine.tokenizer(), settings);
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
                json, exchange.events(), requests.size(), service.ids(), fields.isTrue("return_progress"));
        service.answers().stream(engine, requests, exchange.peer(), events);
        return events.answers();
    }

    /** A text, token ids, or a list in which both stand beside each other. */
    private static Prompt prompt(Fields fields, Engine engine) {
        JsonNode value = fields.require("prompt");
        if (value.isTextual()) {
            return new Prompt.Text(value.textValue());
        }
        if (!value.isArray() || value.isEmpty()) {
            throw fields.invalid("prompt", "prompt is not readable; expected a text, or a list of texts and token ids");
        }
        int vocabulary = engine.tokenizer().vocabulary().size();
        int[] ids = new int[0];
        for (int i = 0; i < value.size(); i++) {
            JsonNode item = value.get(i);
            int[] more;
            if (item.isTextual()) {
                more = engine.tokenizer()
                        .encode(item.textValue(), i == 0 ? EncodeOptions.PROMPT : EncodeOptions.FRAGMENT);
            } else if (item.isIntegralNumber() && item.longValue() >= 0 && item.longValue() < vocabulary) {
                more = new int[] {item.intValue()};
            } else {
                throw fields.invalid(
                        "prompt", "prompt[" + i + "] is neither a text nor one of " + vocabulary + " tokens");
            }
            int length = ids.length;
            ids = Arrays.copyOf(ids, length + more.length);
            System.arraycopy(more, 0, ids, length, more.length);
        }
        return new Prompt.Tokens(ids);
    }

    private static Prompt fillIn(Fields fields, Engine engine) {
        FillIn fillIn = FillIn.of(engine.tokenizer())
                .orElseThrow(() -> fields.invalid("input_suffix", "this model has no tokens to fill in between texts"));
        List<FillIn.Extra> extras = new ArrayList<>();
        for (Fields extra : fields.objects("input_extra")) {
            extras.add(new FillIn.Extra(
                    extra.string("filename").orElse("file"),
                    extra.string("text").orElse("")));
        }
        String prefix = fields.string("input_prefix").orElse("")
                + fields.string("prompt").orElse("");
        return fillIn.prompt(prefix, fields.string("input_suffix").orElse(""), extras);
    }
}
