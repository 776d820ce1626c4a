package io.jgemma.server.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.server.http.Exchange;
import io.jgemma.server.json.Fields;
import io.jgemma.server.json.Json;
import io.jgemma.server.models.ModelLease;
import io.jgemma.server.openai.Use;
import io.jgemma.server.request.AnswerSettings;
import io.jgemma.server.request.ChatInput;
import io.jgemma.server.request.Form;
import io.jgemma.server.request.Tools;
import io.jgemma.server.run.Admission;
import io.jgemma.server.run.Answer;
import io.jgemma.server.run.ChatPrompts;
import io.jgemma.server.run.Service;
import io.jgemma.server.run.SettingsReader;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code POST /v1/messages} and {@code POST /v1/messages/count_tokens}. */
public final class MessagesRoute {
    private static final List<String> MAX_TOKENS = List.of("max_tokens");

    private final Service service;

    public MessagesRoute(Service service) {
        this.service = service;
    }

    /** Answers a conversation. */
    public void handle(Exchange exchange) {
        Fields fields = exchange.fields();
        ChatInput input = input(fields);
        Optional<Form> form = Form.of(fields);
        try (Admission.Place _ = service.admission().enter(exchange.key());
                ModelLease model = service.model(fields)) {
            AnswerSettings settings =
                    SettingsReader.of(service, fields, model, MAX_TOKENS, "stop_sequences", OptionalInt.empty());
            if (settings.count() > 1) {
                throw fields.invalid("n", "a message is one answer; leave out n");
            }
            Prompt.Chat prompt = ChatPrompts.of(model.engine(), input);
            var constraint = service.constraints().of(model.engine(), prompt, form, input);
            service.requireLength(model.engine(), prompt);
            MessageJson json = new MessageJson(service.ids().next("msg_"), model.id());
            Use.note(
                    exchange,
                    model.id(),
                    List.of(answer(exchange, fields, model, json, settings.requests(prompt, constraint))));
        }
    }

    private ChatInput input(Fields fields) {
        return ChatInput.of(
                fields,
                MessageInput.messages(fields, service.pictures().get()),
                Tools.anthropic(fields),
                service.thinking());
    }

    private Answer answer(
            Exchange exchange, Fields fields, ModelLease model, MessageJson json, List<GenerationRequest> requests) {
        if (!fields.isTrue("stream")) {
            Answer answer = service.answers()
                    .join(model.engine(), requests, exchange.peer())
                    .getFirst();
            exchange.json(json.message(answer));
            return answer;
        }
        MessageEvents events = new MessageEvents(json, exchange.events(), service.ids());
        service.answers().stream(model.engine(), requests, exchange.peer(), events);
        return events.answer();
    }

    /** Says how many tokens a conversation takes. */
    public void countTokens(Exchange exchange) {
        Fields fields = exchange.fields();
        try (ModelLease model = service.model(fields)) {
            Prompt prompt = ChatPrompts.of(model.engine(), input(fields));
            ObjectNode json = Json.object();
            json.put("input_tokens", model.engine().countTokens(prompt));
            exchange.json(json);
        }
    }
}
