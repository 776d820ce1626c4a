package io.jgemma.engine.prompt;

import io.jgemma.engine.chat.AnswerStream;
import io.jgemma.engine.chat.CallIds;
import io.jgemma.engine.chat.ChatContext;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ReasoningSplitter;
import io.jgemma.engine.chat.ReasoningTags;
import io.jgemma.engine.chat.StopMatcher;
import io.jgemma.engine.chat.ToolCallParser;
import io.jgemma.engine.chat.ToolCallParsers;
import io.jgemma.engine.chat.ToolCallStream;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.ModelException;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.text.EncodeOptions;
import io.jgemma.engine.text.PromptText;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.engine.text.Tokenizers;
import io.jgemma.engine.text.Vocabulary;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Between text and token ids: how a model's prompts are written and its answers read. */
public record ModelText(
        Tokenizer tokenizer,
        ModelTemplate template,
        ToolCallParser toolParser,
        ReasoningTags reasoning,
        int vocabulary,
        Pictures pictures) {

    /** Enough to see whether a prompt ends by opening a block of reasoning. */
    private static final int PROMPT_END_TOKENS = 16;

    /**
     * The text side of a file's model.
     *
     * @param chatTemplate replaces the file's; null = it is used
     * @param toolParser name of a syntax that replaces the architecture's; null = it is used
     * @throws ModelException when the tokenizer and the model do not fit
     */
    public static ModelText of(
            GgufFile file,
            Architecture architecture,
            ModelSpec spec,
            @Nullable String chatTemplate,
            @Nullable String toolParser,
            Pictures pictures) {
        Tokenizer tokenizer = Tokenizers.of(file.metadata());
        int tokens = tokenizer.vocabulary().size();
        if (tokens > spec.vocabulary()) {
            throw new ModelException(file.name() + ": the tokenizer has " + tokens
                    + " tokens, but token_embd.weight only " + spec.vocabulary() + " rows: the file is damaged");
        }
        ToolCallParser tools = ToolCallParsers.byName(toolParser != null ? toolParser : architecture.toolSyntax());
        return new ModelText(
                tokenizer,
                ModelTemplate.of(file, chatTemplate, architecture.chatTemplate().orElse(null)),
                tools,
                architecture.reasoning(),
                spec.vocabulary(),
                pictures);
    }

    /** The prompt of a conversation, and what of it the template wrote. */
    public PromptText render(Prompt.Chat chat) {
        if (chat.ending() != Prompt.Ending.LAST_ANSWER) {
            return render(chat, chat.messages(), chat.ending() == Prompt.Ending.GENERATION_PROMPT);
        }
        int before = chat.messages().size() - 1;
        ChatMessage answer = chat.messages().getLast();
        return begun(render(chat, chat.messages().subList(0, before), true), answer);
    }

    private PromptText render(Prompt.Chat chat, List<ChatMessage> messages, boolean generationPrompt) {
        Vocabulary pieces = tokenizer.vocabulary();
        return template.require()
                .renderPrompt(ChatContext.of(
                        messages,
                        chat.tools(),
                        pieceOrNull(pieces, pieces.bosId()),
                        pieceOrNull(pieces, pieces.eosId()),
                        generationPrompt,
                        chat.templateVariables()));
    }

    /** A prompt with the beginning of the answer: its thoughts, if there were any, are over. */
    private PromptText begun(PromptText prompt, ChatMessage answer) {
        String thoughts = answer.reasoning() == null ? "" : answer.reasoning();
        boolean inside = reasoning.openedBy(prompt.text());
        PromptText begun = prompt;
        if (inside || !thoughts.isEmpty()) {
            begun = (inside ? begun : begun.between("", reasoning.open() + "\n"))
                    .followedBy(thoughts)
                    .between("", "\n" + reasoning.close() + "\n\n");
        }
        return begun.followedBy(answer.text());
    }

    private static @Nullable String pieceOrNull(Vocabulary vocabulary, int id) {
        return id == Vocabulary.NONE ? null : vocabulary.piece(id);
    }

    /** The rows of a prompt, checked. */
    public InputRows input(Prompt prompt) {
        if (prompt instanceof Prompt.Chat chat && Pictures.areIn(chat)) {
            return pictures.read(chat, this::render, tokenizer);
        }
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
    public void requireTokens(int[] ids) {
        for (int i = 0; i < ids.length; i++) {
            if (InputRows.embedded(ids[i])) {
                throw unknown(ids, i);
            }
        }
        requireKnown(ids);
    }

    /** Checks that the model knows those ids that are tokens. */
    public void requireKnown(int[] ids) {
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

    /** Lengths of a prompt where a message ends: behind the system's text, behind each token that ends a turn, and at its end. */
    public int[] borders(Prompt prompt, int[] ids) {
        IntStream.Builder borders = IntStream.builder();
        if (prompt instanceof Prompt.Chat chat) {
            systemEnd(chat, ids).ifPresent(borders::add);
        }
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] >= 0 && tokenizer.vocabulary().isEndOfGeneration(ids[i])) {
                borders.add(i + 1);
            }
        }
        return borders.add(ids.length).build().distinct().sorted().toArray();
    }

    /** How many leading ids are the prompt up to the end of the system's text. */
    private OptionalInt systemEnd(Prompt.Chat chat, int[] ids) {
        ChatMessage first = chat.messages().isEmpty() ? null : chat.messages().getFirst();
        if (first == null || !first.role().equals("system")) {
            return OptionalInt.empty();
        }
        PromptText rendered = render(chat);
        String system = first.text().strip();
        int at = system.isEmpty() ? -1 : rendered.text().indexOf(system);
        if (at < 0) {
            return OptionalInt.empty();
        }
        int[] before = tokenizer.encode(rendered.slice(0, at + system.length()), true);
        int same = Arrays.mismatch(before, ids);
        return same > 0 ? OptionalInt.of(same) : OptionalInt.empty();
    }

    /**
     * Reads the answer to a prompt: reasoning and tool calls are separated in conversations only, plain text is continued
     * as it is.
     *
     * @param stops strings that end the answer
     * @param ids the prompt's
     */
    public AnswerStream answerStream(Prompt prompt, List<String> stops, int[] ids) {
        ToolCallStream text = ToolCallParsers.none().open(List.of(), CallIds.fromZero());
        if (!(prompt instanceof Prompt.Chat chat)) {
            return new AnswerStream(ReasoningSplitter.none(), new StopMatcher(stops), text);
        }
        int[] end = Arrays.stream(ids, Math.max(0, ids.length - PROMPT_END_TOKENS), ids.length)
                .filter(id -> !InputRows.embedded(id))
                .toArray();
        boolean insideReasoning = reasoning.openedBy(tokenizer.decode(end, true));
        return AnswerStream.of(reasoning, insideReasoning, stops, toolParser.open(chat.tools(), CallIds.fromZero()));
    }
}
