package io.jgemma.server.http;

import io.jgemma.server.json.ApiException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;

/** The API keys that a server takes. Each comparison takes the same time, whatever was sent. */
final class Keys {
    private static final String BEARER = "bearer ";

    private final List<byte[]> digests;

    Keys(List<String> keys) {
        digests = keys.stream().map(Keys::digest).toList();
    }

    boolean required() {
        return !digests.isEmpty();
    }

    /**
     * Which key a request has: its number from 1, or empty where none is needed.
     *
     * @throws ApiException with 401 when it has none of them
     */
    String require(Exchange exchange) {
        if (digests.isEmpty()) {
            return "";
        }
        byte[] given = digest(given(exchange));
        int found = 0;
        for (int i = 0; i < digests.size(); i++) {
            if (MessageDigest.isEqual(digests.get(i), given)) {
                found = i + 1;
            }
        }
        if (found == 0) {
            throw new ApiException(
                    ApiException.Kind.AUTHENTICATION,
                    "this server wants an API key: send it as 'Authorization: Bearer KEY' or 'x-api-key: KEY'");
        }
        return Integer.toString(found);
    }

    private static String given(Exchange exchange) {
        String bearer = exchange.header("Authorization").orElse("");
        if (bearer.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            return bearer.substring(BEARER.length()).strip();
        }
        return exchange.header("x-api-key").orElse("").strip();
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
