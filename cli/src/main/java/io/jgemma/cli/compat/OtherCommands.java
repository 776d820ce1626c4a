package io.jgemma.cli.compat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Commands of Ollama and llama.cpp that are not jgemma's own, and the command that is meant where none is named. */
public final class OtherCommands {

    /** Options with which somebody wants one answer and no conversation. */
    private static final Set<String> OF_ONE_ANSWER = Set.of(
            "-p",
            "--prompt",
            "-f",
            "--file",
            "--image",
            "--prompts",
            "-no-cnv",
            "--no-conversation",
            "-st",
            "--single-turn");

    private static final Map<String, String> ALIASES = Map.of("ls", "list", "remove", "rm", "server", "serve");

    private static final Map<String, String> ADVICE = Map.ofEntries(
            Map.entry("ps", "a server tells which models are loaded: GET /v1/models, and /metrics what they take"),
            Map.entry(
                    "stop",
                    "a server unloads a model that was idle for --ttl; a request with \"keep_alive\": 0 unloads it at once"),
            Map.entry(
                    "create",
                    "there is no Modelfile: give --system, --chat-template and sampling as options, or write"
                            + " models with their settings into the file of serve --config"),
            Map.entry("cp", "models are plain files in the folder that jgemma show names: copy them there"),
            Map.entry("push", "models are plain files: upload them with the tools of the site they are for"),
            Map.entry("signin", "there is no account; for gated models of Hugging Face set HF_TOKEN"),
            Map.entry("signout", "there is no account"),
            Map.entry("launch", "start jgemma serve, and give its address to the other program"),
            Map.entry("quantize", "jgemma reads quantized files and writes none; pull one that is quantized already"),
            Map.entry("embedding", "texts become vectors at POST /v1/embeddings of jgemma serve"));

    private OtherCommands() {}

    /** jgemma's own name of a command. */
    public static String own(String command) {
        return ALIASES.getOrDefault(command, command);
    }

    /** What to do instead of a command that others have. */
    public static Optional<String> advice(String command) {
        return Optional.ofNullable(ADVICE.get(command));
    }

    /** The command that is meant by options alone, as llama.cpp's programs have them: one answer, or a conversation. */
    public static String meant(List<String> options) {
        return options.stream()
                        .map(option -> option.contains("=") ? option.substring(0, option.indexOf('=')) : option)
                        .anyMatch(OF_ONE_ANSWER::contains)
                ? "run"
                : "chat";
    }
}
