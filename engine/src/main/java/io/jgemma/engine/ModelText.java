package io.jgemma.engine;

import io.jgemma.engine.chat.AnswerStream;
import io.jgemma.engine.chat.CallIds;
import io.jgemma.engine.chat.ChatContext;
import io.jgemma.engine.chat.ReasoningSplitter;
import io.jgemma.engine.chat.StopMatcher;
import io.jgemma.engine.chat.ToolCallParser;
import io.jgemma.engine.chat.ToolCallParsers;
import io.jgemma.engine.chat.ToolCallStream;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.text.EncodeOptions;
import io.jgemma.engine.text.PromptText;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.engine.text.Vocabulary;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Between text and token ids: how a model's prompts are written and its answers read. */
record ModelText(Tokenizer tokenizer, ModelTemplate template, ToolCallParser toolParser, int vocabulary) {

    /** Enough to see whether a prompt ends by opening a block of reasoning. */
    private static final int PROMPT_END_TOKENS = 16;

    /** The prompt of a conversation, ended by the template's generation prompt, and what of it the template wrote. */
    PromptText render(Prompt.Chat chat) {
        Vocabulary pieces = tokenizer.vocabulary();
        return template.require()
                .renderPrompt(ChatContext.of(
                        chat.messages(),
                        chat.tools(),
                        pieceOrNull(pieces, pieces.bosId()),
                        pieceOrNull(pieces, pieces.eosId()),
                        true,
                        chat.templateVariables()));
    }

    private static @Nullable String pieceOrNull(Vocabulary vocabulary, int id) {
        return id == Vocabulary.NONE ? null : vocabulary.piece(id);
    }

    /** The rows of a prompt, checked. */
    InputRows input(Prompt prompt) {
        int[] ids = switch (prompt) {
            case Prompt.Tokens tokens -> tokens.ids();
            case Prompt.Text text -> tokenizer.encode(text.text(), EncodeOptions.PROMPT);
            case Prompt.Chat chat -> tokenizer.encode(render(chat), true);
        };
        if (ids.length == 0) {
            Vocabulary pieces = tokenizer.vocabulary();
            int begin = pieces.bosId() != Vocabulary.NONE ? pieces.bosId() : pieces.eosId();
            if (begin == Vocabulary.NONE) {
                throw new IllegalArgumentException("the prompt is empty, and the model has no token to begin with");
            }
            ids = new int[] {begin};
        }
        requireTokens(ids);
        return InputRows.of(ids);
    }

    /** Checks that all ids are tokens that the model knows. */
    void requireTokens(int[] ids) {
        for (int i = 0; i < ids.length; i++) {
            if (InputRows.embedded(ids[i])) {
                throw unknown(ids, i);
            }
        }
        requireKnown(ids);
    }

    /** Checks that the model knows those ids that are tokens. */
    void requireKnown(int[] ids) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] >= vocabulary) {
                throw unknown(ids, i);
            }
        }
    }

    private IllegalArgumentException unknown(int[] ids, int i) {
        return new IllegalArgumentException(
                "token " + i + " is " + ids[i] + ", but the model knows 0 to " + (vocabulary - 1) + " only");
    }

    /**
     * Reads the answer to a prompt: reasoning and tool calls are separated in conversations only, plain text is continued
     * as it is.
     */
    AnswerStream answerStream(GenerationRequest request, int[] prompt) {
        ToolCallStream text = ToolCallParsers.none().open(List.of(), CallIds.fromZero());
        if (!(request.prompt() instanceof Prompt.Chat chat)) {
            return new AnswerStream(ReasoningSplitter.none(), new StopMatcher(request.stops()), text);
        }
        int[] end = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - PROMPT_END_TOKENS), prompt.length);
        boolean insideReasoning = ReasoningSplitter.opens(tokenizer.decode(end, true));
        return AnswerStream.of(insideReasoning, request.stops(), toolParser.open(chat.tools(), CallIds.fromZero()));
    }
}
