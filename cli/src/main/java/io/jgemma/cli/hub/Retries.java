package io.jgemma.cli.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks again when a connection fails or a server is busy, waiting longer each time. */
final class Retries {
    /** How often without any progress. */
    static final int MOST = 6;

    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final Pause pause;

    /** Waits; tests need not. */
    interface Pause {
        void sleep(Duration time) throws InterruptedException;
    }

    /** A request. */
    interface Request {
        HttpResponse<InputStream> send() throws IOException, InterruptedException;
    }

    Retries(Pause pause) {
        this.pause = pause;
    }

    /** Waits before attempt {@code attempt}, counted from 1. */
    void pause(int attempt) throws InterruptedException {
        Duration time = FIRST.multipliedBy(1L << (attempt - 1));
        pause.sleep(time.compareTo(LONGEST) > 0 ? LONGEST : time);
    }

    /** Waits as long as a busy server says (429, 503), or before attempt {@code attempt}. */
    void pause(HttpResponse<?> answer, int attempt) throws InterruptedException {
        String seconds = answer.headers().firstValue("Retry-After").orElse("");
        if (seconds.matches("\\d{1,5}")) {
            Duration asked = Duration.ofSeconds(Long.parseLong(seconds));
            pause.sleep(asked.compareTo(LONGEST) > 0 ? LONGEST : asked);
        } else {
            pause(attempt);
        }
    }

    static boolean isBusy(int status) {
        return status == 429 || status >= 500;
    }

    /** The first answer of a server that is not busy, or its last one. */
    HttpResponse<InputStream> answer(URI address, Request request) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                HttpResponse<InputStream> answer = request.send();
                if (!isBusy(answer.statusCode()) || attempt == MOST) {
                    return answer;
                }
                answer.body().close();
                pause(answer, attempt);
            } catch (IOException e) {
                if (attempt == MOST) {
                    throw new IOException(address.getHost() + " does not answer (" + e + ")", e);
                }
                pause(attempt);
            }
        }
    }
}
