package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.Engine;
import io.jgemma.engine.chat.AnswerListener;
import io.jgemma.engine.chat.CallIds;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.chat.ToolCallParsers;
import io.jgemma.engine.chat.ToolCallStream;
import io.jgemma.engine.chat.ToolDefinition;
import io.jgemma.engine.generation.FinishReason;
import io.jgemma.engine.generation.GenerationHandle;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.grammar.Grammar;
import io.jgemma.engine.grammar.IndependentValidator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** What answers in a form have to be, by an independent validator of schemas and by the readers of calls. */
final class AnswersInForms {
    private static final int AT_A_TIME = 16;

    private final IndependentValidator validator = new IndependentValidator();

    /** The results in the order of the requests, of which some are always in progress together. */
    static List<GenerationResult> all(Engine engine, List<GenerationRequest> requests) {
        List<GenerationResult> results = new ArrayList<>();
        each(engine, requests.iterator(), results::add);
        return results;
    }

    /** Generates what is asked for in order, with some always in progress together. */
    static void each(Engine engine, Iterator<GenerationRequest> requests, Consumer<GenerationResult> results) {
        Deque<GenerationHandle> running = new ArrayDeque<>();
        while (requests.hasNext()) {
            if (running.size() == AT_A_TIME) {
                results.accept(running.remove().join());
            }
            running.add(engine.submit(requests.next()));
        }
        running.forEach(handle -> results.accept(handle.join()));
    }

    /** The bytes of an answer, which may end within a character. */
    static byte[] bytes(Engine engine, GenerationResult result) {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        for (int id : result.ids()) {
            if (!engine.tokenizer().vocabulary().isEndOfGeneration(id)) {
                bytes.writeBytes(engine.tokenizer().pieceBytes(id));
            }
        }
        return bytes.toByteArray();
    }

    /** Checks an answer and says whether it is a whole one. */
    boolean isWhole(Engine engine, String schema, Grammar grammar, GenerationResult result) {
        byte[] bytes = bytes(engine, result);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (result.finish() == FinishReason.STOP) {
            assertThat(grammar.accepts(text)).as("%s: %s", schema, text).isTrue();
            assertValid(schema, text);
            return true;
        }
        assertThat(result.finish()).isEqualTo(FinishReason.LENGTH);
        assertThat(grammar.readable(bytes)).as("%s: %s", schema, text).isEqualTo(bytes.length);
        return false;
    }

    void assertValid(String schema, String instance) {
        assertThat(validator.errors(schema, instance))
                .as("%s: %s", schema, instance)
                .isEmpty();
    }

    /** Instances on which the validator failed. */
    int undecided() {
        return validator.undecided();
    }

    /** The calls in an answer, of which nothing else may be in it. */
    static List<ToolCall> calls(Engine engine, List<ToolDefinition> tools, GenerationResult result) {
        List<ToolCall> calls = new ArrayList<>();
        StringBuilder other = new StringBuilder();
        AnswerListener listener = new AnswerListener() {
            @Override
            public void text(String piece) {
                other.append(piece);
            }

            @Override
            public void reasoning(String piece) {
                other.append(piece);
            }

            @Override
            public void call(ToolCall call) {
                calls.add(call);
            }
        };
        ToolCallStream stream = ToolCallParsers.byName(engine.toolSyntax()).open(tools, CallIds.fromZero());
        String text = new String(bytes(engine, result), StandardCharsets.UTF_8);
        stream.push(text, listener);
        stream.finish(listener);
        assertThat(other.toString()).as(text).isBlank();
        assertThat(calls).as(text).isNotEmpty();
        return calls;
    }
}
