package io.jgemma.server.llamacpp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.Engine;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.model.ModelException;
import io.jgemma.engine.text.EncodeOptions;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.engine.text.Vocabulary;
import io.jgemma.server.http.Exchange;
import io.jgemma.server.json.Fields;
import io.jgemma.server.json.Json;
import io.jgemma.server.models.ModelLease;
import io.jgemma.server.models.Models;
import io.jgemma.server.run.ChatPrompts;
import io.jgemma.server.run.Service;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What can be asked about texts, tokens and the model: {@code /tokenize /detokenize /apply-template /props}. */
public final class TextRoutes {
    private final Service service;

    public TextRoutes(Service service) {
        this.service = service;
    }

    /** Text to token ids. */
    public void tokenize(Exchange exchange) {
        Fields fields = exchange.fields();
        String content = fields.string("content").orElse("");
        EncodeOptions options = new EncodeOptions(
                fields.bool("add_special").orElse(false),
                fields.bool("parse_special").orElse(true));
        try (ModelLease model = service.model(fields)) {
            Tokenizer tokenizer = model.engine().tokenizer();
            ObjectNode json = Json.object();
            ArrayNode tokens = json.putArray("tokens");
            boolean pieces = fields.isTrue("with_pieces");
            for (int id : tokenizer.encode(content, options)) {
                if (pieces) {
                    tokens.addObject()
                            .put("id", id)
                            .put("piece", new String(tokenizer.pieceBytes(id, true), StandardCharsets.UTF_8));
                } else {
                    tokens.add(id);
                }
            }
            exchange.json(json);
        }
    }

    /** Token ids to text. */
    public void detokenize(Exchange exchange) {
        Fields fields = exchange.fields();
        List<JsonNode> given = fields.array("tokens");
        try (ModelLease model = service.model(fields)) {
            Tokenizer tokenizer = model.engine().tokenizer();
            int[] ids = new int[given.size()];
            for (int i = 0; i < ids.length; i++) {
                JsonNode id = given.get(i);
                int vocabulary = tokenizer.vocabulary().size();
                if (!id.isIntegralNumber() || id.longValue() < 0 || id.longValue() >= vocabulary) {
                    throw fields.invalid(
                            "tokens", "tokens[" + i + "] is not one of the model's " + vocabulary + " tokens");
                }
                ids[i] = id.intValue();
            }
            ObjectNode json = Json.object();
            json.put("content", tokenizer.decode(ids, true));
            exchange.json(json);
        }
    }

    /** The text that a conversation becomes. */
    public void applyTemplate(Exchange exchange) {
        Fields fields = exchange.fields();
        try (ModelLease model = service.model(fields)) {
            Prompt.Chat prompt = ChatPrompts.of(model.engine(), service.conversation(fields));
            ObjectNode json = Json.object();
            json.put("prompt", model.engine().render(prompt));
            exchange.json(json);
        }
    }

    /** How many tokens a conversation takes. */
    public void countTokens(Exchange exchange) {
        Fields fields = exchange.fields();
        try (ModelLease model = service.model(fields)) {
            Prompt.Chat prompt = ChatPrompts.of(model.engine(), service.conversation(fields));
            ObjectNode json = Json.object();
            json.put("object", "response.input_tokens");
            json.put("input_tokens", model.engine().countTokens(prompt));
            exchange.json(json);
        }
    }

    /** What there is to know about a model; one that is not loaded is not loaded for it. */
    public void props(Exchange exchange) {
        var entry = service.models().find(exchange.query("model").orElse(null));
        ObjectNode json = Json.object();
        json.put("model_alias", entry.definition().id());
        json.put("model_path", fileName(entry));
        json.put("build_info", "jgemma");
        json.put("total_slots", SlotList.count(service, entry));
        json.put("is_sleeping", entry.engine().isEmpty());
        Optional<Engine> engine = entry.engine();
        ObjectNode settings = json.putObject("default_generation_settings");
        if (engine.isPresent()) {
            addLoaded(json, settings, engine.get());
            settings.set(
                    "params",
                    CompletionWriter.settings(
                            entry.definition().sampling().apply(engine.get().defaultSampling())));
        }
        MemoryJson.of(entry).ifPresent(memory -> json.set("memory", memory));
        json.putObject("modalities")
                .put("vision", engine.map(Engine::readsPictures).orElse(false))
                .put("audio", false);
        exchange.json(json);
    }

    /** Name of the model's file, without the folders of this machine; the model's id where it is no file. */
    private static String fileName(Models.Entry entry) {
        return entry.definition()
                .options()
                .model()
                .map(Path::getFileName)
                .map(Path::toString)
                .orElse(entry.definition().id());
    }

    private static void addLoaded(ObjectNode json, ObjectNode settings, Engine engine) {
        settings.put("n_ctx", engine.contextTokens());
        Vocabulary vocabulary = engine.tokenizer().vocabulary();
        json.put("bos_token", piece(vocabulary, vocabulary.bosId()));
        json.put("eos_token", piece(vocabulary, vocabulary.eosId()));
        json.put("n_ctx_train", engine.spec().contextTokens());
        json.put("chat_template", template(engine));
    }

    /** Source of the template in use; empty for a model without one. */
    private static String template(Engine engine) {
        try {
            return engine.chatTemplate().source();
        } catch (ModelException e) {
            return "";
        }
    }

    private static String piece(Vocabulary vocabulary, int id) {
        return id == Vocabulary.NONE ? "" : vocabulary.piece(id);
    }
}
