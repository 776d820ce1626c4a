package io.jgemma.cli.command;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.JsonInput;
import io.jgemma.cli.options.TextOptions;
import io.jgemma.engine.Engine;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.template.Template;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Renders a chat template with given variables. */
@Command(
        name = "template",
        description = "Render a chat template with the variables of a JSON object.",
        abbreviateSynopsis = true)
public final class TemplateCommand implements Callable<Integer> {
    private static final byte[] GGUF_MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);

    private final Console console;

    @Parameters(index = "0", paramLabel = "FILE", description = "Jinja template, or a GGUF file with one.")
    private Path file = Path.of("");

    @Parameters(
            index = "1",
            paramLabel = "CONTEXT.json",
            description = "JSON object with the template's variables; - = standard input.")
    private String context = "";

    public TemplateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Map<String, Object> variables = variables();
        Template template = isGguf() ? ofModel() : Template.parse(file.toString(), TextOptions.readFile(file));
        console.out().print(template.render(variables)).flush();
        return 0;
    }

    private boolean isGguf() {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(GGUF_MAGIC.length), GGUF_MAGIC);
        } catch (IOException e) {
            return false; // reading it as a template says what is wrong
        }
    }

    private Template ofModel() {
        try (GgufFile gguf = GgufFile.open(file)) {
            String source = Engine.chatTemplateOf(gguf)
                    .orElseThrow(() -> new CommandException("'" + file + "' has no chat template"));
            return Template.parse(file.toString(), source);
        }
    }

    private Map<String, Object> variables() {
        String json = TextOptions.readFileOrInput(context, console);
        JsonNode root = JsonInput.read("'" + context + "'", json);
        if (!root.isObject()) {
            throw new CommandException("'" + context + "' must hold a JSON object with the template's variables");
        }
        return new ObjectMapper().convertValue(root, new TypeReference<Map<String, Object>>() {});
    }
}
