package io.jgemma.server.llamacpp;

import io.jgemma.server.http.Exchange;
import io.jgemma.server.json.Json;
import io.jgemma.server.run.Service;

/** {@code GET /health}: the one route that never needs a key. */
public final class Health {

    private final Service service;

    public Health(Service service) {
        this.service = service;
    }

    /** Says that the server is there. */
    public void handle(Exchange exchange) {
        var json = Json.object();
        json.put("status", "ok");
        json.put("requests", service.admission().taken());
        exchange.json(json);
    }
}
