package io.jgemma.cli.chat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.JsonInput;
import io.jgemma.cli.io.JsonText;
import io.jgemma.cli.io.StateDirectory;
import io.jgemma.cli.options.TextOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Conversations as JSON files: {@code {"format":"jgemma-conversation","version":1,"model":..,"settings":{..},
 * "messages":[..]}}, messages as OpenAI's interface spells them.
 */
final class ConversationFile {
    private static final String FORMAT = "jgemma-conversation";
    private static final int VERSION = 1;
    private static final long MAX_BYTES = 256L << 20;

    private ConversationFile() {}

    /**
     * Writes a conversation. An older conversation in the file is replaced, anything else is not.
     *
     * @throws CommandException when it cannot be written
     */
    static void save(Path file, SavedConversation conversation) {
        if (Files.isDirectory(file)) {
            throw new CommandException("'" + file + "' is a directory; name a file in it.");
        }
        if (Files.exists(file) && !isConversation(file)) {
            throw new CommandException("'" + file + "' exists already and holds no conversation; name another file.");
        }
        Path absolute = file.toAbsolutePath();
        Path temporary = absolute.resolveSibling(absolute.getFileName() + ".new");
        try {
            Files.deleteIfExists(temporary);
            StateDirectory.createPrivate(temporary);
            Files.writeString(temporary, json(conversation) + "\n");
            Files.move(temporary, absolute, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            throw new CommandException("'" + file + "' cannot be written: there is no such directory.", e);
        } catch (IOException e) {
            throw new CommandException("'" + file + "' cannot be written: " + e.getMessage(), e);
        }
    }

    static String json(SavedConversation conversation) {
        return JsonText.indented(json -> {
            json.writeStartObject();
            json.writeStringField("format", FORMAT);
            json.writeNumberField("version", VERSION);
            json.writeStringField("model", conversation.model());
            json.writeFieldName("settings");
            SettingsJson.write(json, conversation.settings());
            json.writeFieldName("messages");
            MessagesJson.write(json, conversation.all());
            json.writeEndObject();
        });
    }

    private static boolean isConversation(Path file) {
        try {
            load(file);
            return true;
        } catch (CommandException e) {
            return false;
        }
    }

    /**
     * Reads a conversation.
     *
     * @throws CommandException when there is none in the file; the message says what is wrong and where
     */
    static SavedConversation load(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new CommandException("'" + file + "' is too large to be a conversation.");
            }
            return parse(file.toString(), Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new CommandException("There is no file '" + file + "'.", e);
        } catch (IOException e) {
            throw new CommandException("'" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    static SavedConversation parse(String name, byte[] content) {
        JsonNode root = JsonInput.read("'" + name + "'", TextOptions.decode(content, "'" + name + "'"));
        if (!root.path("format").asText("").equals(FORMAT)) {
            throw new CommandException(
                    "'" + name + "' holds no conversation: it has no \"format\": \"" + FORMAT + "\".");
        }
        if (root.path("version").asInt(0) != VERSION) {
            throw new CommandException("'" + name + "' has version " + root.path("version")
                    + " of the format; this jgemma" + " reads version " + VERSION + ".");
        }
        try {
            return new SavedConversation(
                    root.path("model").asText(""),
                    SettingsJson.read(root.path("settings")),
                    MessagesJson.read(root.path("messages")));
        } catch (MalformedConversationException e) {
            throw new CommandException("'" + name + "' is damaged: " + e.getMessage(), e);
        }
    }
}
