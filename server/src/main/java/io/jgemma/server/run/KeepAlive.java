package io.jgemma.server.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.server.json.Fields;
import io.jgemma.server.models.Stay;
import java.util.Optional;

/** How long a request wants its model to stay loaded: {@code keep_alive} or {@code ttl}, see {@link Stay#parse}. */
final class KeepAlive {
    private KeepAlive() {}

    static Optional<Stay> of(Fields request) {
        for (String name : new String[] {"keep_alive", "ttl"}) {
            Optional<JsonNode> value = request.value(name);
            if (value.isPresent()) {
                return Optional.of(Stay.parse(value.get().asText())
                        .orElseThrow(() -> request.invalid(
                                name, name + " is not readable; expected seconds, or a duration such as 10m")));
            }
        }
        return Optional.empty();
    }
}
