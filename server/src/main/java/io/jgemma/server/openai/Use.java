package io.jgemma.server.openai;

import io.jgemma.server.http.Exchange;
import io.jgemma.server.run.Answer;
import java.util.List;

/** What a request used, for the access log. */
public final class Use {
    private Use() {}

    /** Notes model and tokens. */
    public static void note(Exchange exchange, String model, List<Answer> answers) {
        exchange.note("model", model);
        exchange.note("prompt", answers.getFirst().result().promptTokens());
        exchange.note("cached", answers.getFirst().result().cachedTokens());
        exchange.note(
                "generated",
                answers.stream()
                        .mapToInt(answer -> answer.result().generatedTokens())
                        .sum());
    }
}
