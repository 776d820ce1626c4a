package io.jgemma.server.openai;

import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.server.http.Exchange;
import io.jgemma.server.json.Fields;
import io.jgemma.server.models.ModelLease;
import io.jgemma.server.request.AnswerSettings;
import io.jgemma.server.request.ChatInput;
import io.jgemma.server.request.Form;
import io.jgemma.server.run.Admission;
import io.jgemma.server.run.Answer;
import io.jgemma.server.run.ChatPrompts;
import io.jgemma.server.run.Fingerprint;
import io.jgemma.server.run.Service;
import io.jgemma.server.run.SettingsReader;
import java.util.List;
import java.util.Optional;

/** {@code POST /v1/chat/completions}. */
public final class ChatCompletions {
    private static final List<String> MAX_TOKENS = List.of("max_completion_tokens", "max_tokens", "n_predict");

    private final Service service;

    public ChatCompletions(Service service) {
        this.service = service;
    }

    /** Answers a conversation. */
    public void handle(Exchange exchange) {
        Fields fields = exchange.fields();
        ChatInput input = service.conversation(fields);
        Optional<Form> form = Form.of(fields);
        try (Admission.Place _ = service.admission().enter(exchange.key());
                ModelLease model = service.model(fields)) {
            AnswerSettings settings =
                    SettingsReader.of(service, fields, model, MAX_TOKENS, "stop", SettingsReader.chatLogprobs(fields));
            Prompt.Chat prompt = ChatPrompts.of(model.engine(), input);
            var constraint = service.constraints().of(model.engine(), prompt, form, input);
            service.requireLength(model.engine(), prompt);
            ChatJson json = new ChatJson(
                    service.ids().next("chatcmpl-"),
                    service.now(),
                    model.id(),
                    Fingerprint.of(model.engine()),
                    model.engine().tokenizer(),
                    settings.topLogprobs().isPresent(),
                    input.reasoning().inline() ? Optional.of(model.engine().reasoning()) : Optional.empty());
            List<GenerationRequest> requests = settings.requests(prompt, constraint);
            Use.note(exchange, model.id(), answer(exchange, fields, model, json, requests));
        }
    }

    private List<Answer> answer(
            Exchange exchange, Fields fields, ModelLease model, ChatJson json, List<GenerationRequest> requests) {
        if (!fields.isTrue("stream")) {
            List<Answer> answers = service.answers().join(model.engine(), requests, exchange.peer());
            exchange.json(json.completion(answers));
            return answers;
        }
        boolean usage = fields.object("stream_options")
                .map(options -> options.isTrue("include_usage"))
                .orElse(false);
        ChatStream.Extras extras =
                new ChatStream.Extras(usage, fields.isTrue("return_progress"), fields.isTrue("timings_per_token"));
        ChatStream stream = new ChatStream(json, exchange.events(), extras, requests.size(), service.ids());
        service.answers().stream(model.engine(), requests, exchange.peer(), stream);
        return stream.finish();
    }
}
