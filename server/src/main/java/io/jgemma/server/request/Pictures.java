package io.jgemma.server.request;

import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;

/** Where the pictures of one request come from whose addresses it names instead of sending them. */
@FunctionalInterface
public interface Pictures {

    /** None is fetched, so no request can make the server look into the network it stands in. */
    Pictures NOT_FETCHED = (fields, name, url) -> {
        throw fields.invalid(
                name,
                fields.path(name) + " is not a data URL; this server fetches no pictures, so send"
                        + " data:image/png;base64,... or start it with --allow-remote-images");
    };

    /**
     * The bytes at an address.
     *
     * @param fields the object with the address
     * @param name field of the address
     * @param url the address
     * @throws ApiException with 400 when it is not fetched, or cannot be
     */
    byte[] fetch(Fields fields, String name, String url);
}
