package io.jgemma.server.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.Engine;
import io.jgemma.server.http.Exchange;
import io.jgemma.server.json.Json;
import io.jgemma.server.models.Models;
import io.jgemma.server.run.Service;
import java.util.Locale;

/** {@code GET /v1/models}: answers at once, whatever the engine does. */
public final class ModelList {
    private final Service service;

    public ModelList(Service service) {
        this.service = service;
    }

    /** Lists the models. */
    public void handle(Exchange exchange) {
        exchange.json(list());
    }

    /** The list. */
    public ObjectNode list() {
        ObjectNode list = Json.object();
        list.put("object", "list");
        ArrayNode data = list.putArray("data");
        service.models().list().forEach(entry -> data.add(model(entry)));
        return list;
    }

    private static ObjectNode model(Models.Entry entry) {
        ObjectNode json = Json.object();
        json.put("id", entry.definition().id());
        json.put("object", "model");
        json.put("created", entry.definition().created());
        json.put("owned_by", "jgemma");
        ArrayNode aliases = json.putArray("aliases");
        entry.definition().aliases().stream().sorted().forEach(aliases::add);
        json.putObject("status").put("value", entry.state().name().toLowerCase(Locale.ROOT));
        entry.engine().ifPresent(engine -> json.set("meta", meta(engine)));
        return json;
    }

    private static ObjectNode meta(Engine engine) {
        ObjectNode meta = Json.object();
        meta.put("n_ctx", engine.contextTokens());
        meta.put("n_ctx_train", engine.spec().contextTokens());
        meta.put("n_vocab", engine.spec().vocabulary());
        meta.put("n_embd", engine.spec().hidden());
        return meta;
    }
}
