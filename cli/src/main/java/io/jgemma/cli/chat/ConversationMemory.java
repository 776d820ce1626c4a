package io.jgemma.cli.chat;

import io.jgemma.cli.io.Sizes;
import io.jgemma.engine.session.SessionFile;
import io.jgemma.engine.session.SessionFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps what the model remembers of a conversation (its K/V) beside the conversation's file, in {@code FILE.kv}. The
 * conversation is whole without: what is not remembered is read again.
 */
final class ConversationMemory {
    private final ChatTerminal terminal;
    private final Partner partner;

    ConversationMemory(ChatTerminal terminal, Partner partner) {
        this.terminal = terminal;
        this.partner = partner;
    }

    private static Path beside(Path conversation) {
        return conversation.resolveSibling(conversation.getFileName() + ".kv");
    }

    /**
     * Saves. Where there is nothing to save, what was saved there before goes.
     *
     * @param conversation the conversation's file
     * @param begun whether the conversation has messages; if not, what is remembered is of another one
     */
    void save(Path conversation, boolean begun) {
        Path file = beside(conversation);
        try {
            if (begun && partner.usedTokens() > 0) {
                long bytes = partner.saveMemory(file);
                terminal.note("Saved the K/V cache of the conversation to " + file + amount(bytes) + ".");
            } else if (SessionFile.recognizes(file)) {
                Files.delete(file);
            }
        } catch (SessionFileException e) {
            terminal.error("The K/V cache of the conversation is not saved: " + e.getMessage() + ".");
        } catch (IOException e) {
            terminal.error("'" + file + "' of an older conversation cannot be deleted: " + e.getMessage());
        }
    }

    /** Loads, if something was saved. If not, or if it is refused, nothing is remembered. */
    void load(Path conversation) {
        Path file = beside(conversation);
        if (!Files.exists(file)) {
            partner.forget();
            return;
        }
        try {
            long bytes = partner.loadMemory(file);
            terminal.note("The K/V cache was loaded from " + file + amount(bytes) + ".");
        } catch (SessionFileException e) {
            partner.forget();
            terminal.error("The model will read the conversation again before it answers: " + e.getMessage() + ".");
        }
    }

    private String amount(long bytes) {
        return " (" + partner.usedTokens() + " tokens, " + Sizes.bytes(bytes) + ")";
    }
}
