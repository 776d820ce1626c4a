package io.jgemma.server.responses;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.server.http.EventStream;
import io.jgemma.server.http.Exchange;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import io.jgemma.server.json.Json;
import io.jgemma.server.models.ModelLease;
import io.jgemma.server.openai.Use;
import io.jgemma.server.request.AnswerSettings;
import io.jgemma.server.request.ChatInput;
import io.jgemma.server.request.Form;
import io.jgemma.server.request.Reasoning;
import io.jgemma.server.request.Tools;
import io.jgemma.server.run.Admission;
import io.jgemma.server.run.ChatPrompts;
import io.jgemma.server.run.Service;
import io.jgemma.server.run.SettingsReader;
import io.jgemma.server.run.TimingsJson;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code POST /v1/responses}. Nothing is kept: what a response goes on from comes with the request. */
public final class ResponsesRoute {
    private static final List<String> MAX_TOKENS = List.of("max_output_tokens", "max_completion_tokens", "max_tokens");

    private final Service service;

    public ResponsesRoute(Service service) {
        this.service = service;
    }

    /** Answers a conversation. */
    public void handle(Exchange exchange) {
        Fields fields = exchange.fields();
        for (String name : new String[] {"previous_response_id", "conversation", "prompt"}) {
            if (fields.has(name)) {
                throw fields.invalid(name, "this server keeps no responses: leave out " + name + " and send all items");
            }
        }
        if (fields.isTrue("background")) {
            throw fields.invalid("background", "this server answers at once: leave out background");
        }
        ChatInput input = new ChatInput(
                ResponseInput.messages(fields, service.pictures().get()),
                Tools.openai(fields),
                Reasoning.of(fields, service.thinking()),
                Prompt.Ending.GENERATION_PROMPT);
        Optional<Form> form = Form.of(fields);
        try (Admission.Place _ = service.admission().enter(exchange.key());
                ModelLease model = service.model(fields)) {
            AnswerSettings settings =
                    SettingsReader.of(service, fields, model, MAX_TOKENS, "stop", OptionalInt.empty());
            if (settings.count() > 1) {
                throw fields.invalid("n", "a response is one answer; leave out n");
            }
            Prompt.Chat prompt = ChatPrompts.of(model.engine(), input);
            var constraint = service.constraints().of(model.engine(), prompt, form, input);
            service.requireLength(model.engine(), prompt);
            ResponseJson json = new ResponseJson(
                    service.ids().next("resp_"), service.now(), model.id(), fields, settings.sampling());
            answer(exchange, model, json, settings.requests(prompt, constraint));
        }
    }

    private void answer(Exchange exchange, ModelLease model, ResponseJson json, List<GenerationRequest> requests) {
        boolean streamed = json.request().isTrue("stream");
        ResponseItems.Listener listener = streamed ? new Streamed(exchange.events(), json) : new Silent();
        ResponseItems items =
                new ResponseItems(listener, service.ids(), json.request().isTrue("timings_per_token"));
        try {
            service.answers().stream(model.engine(), requests, exchange.peer(), items);
        } catch (ApiException e) {
            if (!exchange.events().begun()) {
                throw e;
            }
            listener.event("response.failed", withResponse(json.failed(e)));
            return;
        }
        ObjectNode ended = json.ended(items.items(), items.answer(), service.now());
        if (streamed) {
            String status = ended.get("status").textValue();
            ObjectNode last = withResponse(ended);
            last.set("timings", TimingsJson.of(items.answer().result().timings()));
            listener.event("response." + status, last);
        } else {
            exchange.json(ended);
        }
        Use.note(exchange, model.id(), List.of(items.answer()));
    }

    private static ObjectNode withResponse(ObjectNode response) {
        ObjectNode fields = Json.object();
        fields.set("response", response);
        return fields;
    }

    /** Nobody watches: the whole response is sent at the end. */
    private record Silent() implements ResponseItems.Listener {
        @Override
        public void event(String type, ObjectNode fields) {}

        @Override
        public void progress(GenerationEvent.PromptProgress progress) {}

        @Override
        public void idle() {}
    }

    /** Sends events, the first of which says that the response has begun. */
    private static final class Streamed implements ResponseItems.Listener {
        private final EventStream events;
        private final ResponseJson json;
        private long number;

        Streamed(EventStream events, ResponseJson json) {
            this.events = events;
            this.json = json;
        }

        @Override
        public void event(String type, ObjectNode fields) {
            if (number == 0) {
                send("response.created", withResponse(json.begun()));
                send("response.in_progress", withResponse(json.begun()));
            }
            send(type, fields);
        }

        @Override
        public void progress(GenerationEvent.PromptProgress progress) {
            if (json.request().isTrue("return_progress")) {
                ObjectNode fields = withResponse(json.begun());
                fields.set("prompt_progress", TimingsJson.progress(progress));
                event("response.in_progress", fields);
            }
        }

        private void send(String type, ObjectNode fields) {
            ObjectNode data = Json.object();
            data.put("type", type);
            data.put("sequence_number", number);
            data.setAll(fields);
            events.event(type, data);
            number++;
        }

        @Override
        public void idle() {
            events.ping();
        }
    }
}
