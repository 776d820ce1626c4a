package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
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
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import tools.jackson.core.JacksonException;

/** What answers in a form have to be, by an independent validator of schemas and by the readers of calls. */
final class AnswersInForms {
    private static final int AT_A_TIME = 16;

    private int undecided;
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    /** The results in the order of the requests, of which some are always in progress together. */
    static List<GenerationResult> all(Engine engine, List<GenerationRequest> requests) {
        List<GenerationResult> results = new ArrayList<>();
        Deque<GenerationHandle> running = new ArrayDeque<>();
        for (GenerationRequest request : requests) {
            if (running.size() == AT_A_TIME) {
                results.add(running.remove().join());
            }
            running.add(engine.submit(request));
        }
        running.forEach(handle -> results.add(handle.join()));
        return results;
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
        List<Error> errors;
        try {
            errors = registry.getSchema(schema, InputFormat.JSON)
                    .validate(
                            instance,
                            InputFormat.JSON,
                            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
        } catch (JacksonException | SchemaException e) {
            // It asks for the long value of numbers that have none, and does not know every schema's "id".
            undecided++;
            return;
        }
        assertThat(errors).as("%s: %s", schema, instance).isEmpty();
    }

    /** Instances on which the validator failed. */
    int undecided() {
        return undecided;
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
