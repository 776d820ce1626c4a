package io.jgemma.server.llamacpp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.Engine;
import io.jgemma.server.http.Exchange;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Json;
import io.jgemma.server.models.Models;
import io.jgemma.server.run.Service;
import io.jgemma.server.run.Slots;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code GET /slots}: how far the answers of a model are. Nothing of prompts and answers is told. */
public final class SlotList {
    private static final String FAIL = "fail_on_no_slot";

    private final Service service;

    public SlotList(Service service) {
        this.service = service;
    }

    /** How many answers of a model may be in progress. */
    static int count(Service service, Models.Entry model) {
        return Math.min(
                model.definition().options().maxRunning(), service.admission().most());
    }

    /**
     * Lists them; a model that is not loaded is not loaded for it.
     *
     * @throws ApiException with 503 when all are taken and the client asked to be told so
     */
    public void handle(Exchange exchange) {
        Models.Entry model = service.models().find(exchange.query("model").orElse(null));
        Map<Integer, Slots.Slot> taken = new HashMap<>();
        List<Slots.Slot> running =
                model.engine().map(service.answers().slots()::of).orElse(List.of());
        running.forEach(slot -> taken.put(slot.number(), slot));
        int count = count(service, model);
        if (taken.size() >= count && exchange.query(FAIL).isPresent()) {
            throw new ApiException(ApiException.Kind.UNAVAILABLE, "no slot is free");
        }
        int contextTokens = model.engine().map(Engine::contextTokens).orElse(0);
        ArrayNode list = Json.array();
        for (int i = 0;
                i < Math.max(count, running.isEmpty() ? 0 : running.getLast().number() + 1);
                i++) {
            list.add(slot(i, contextTokens, Optional.ofNullable(taken.get(i))));
        }
        exchange.json(list);
    }

    private static ObjectNode slot(int number, int contextTokens, Optional<Slots.Slot> slot) {
        ObjectNode json = Json.object();
        json.put("id", number);
        json.put("n_ctx", contextTokens);
        json.put("speculative", false);
        json.put("is_processing", slot.isPresent());
        slot.ifPresent(answer -> {
            json.put("n_prompt_tokens", answer.promptTokens());
            json.put("n_prompt_tokens_cache", answer.cachedTokens());
            json.putArray("next_token").addObject().put("n_decoded", answer.tokens());
        });
        return json;
    }
}
