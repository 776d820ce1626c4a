package io.jgemma.cli.chat;

import io.jgemma.cli.chat.ChatTerminal.Input;
import io.jgemma.cli.chat.ChatTerminal.Listening;
import io.jgemma.cli.io.AnswerView;
import io.jgemma.cli.io.ClosedOutputException;
import io.jgemma.cli.io.Failures;
import io.jgemma.cli.io.ProgressBar;
import io.jgemma.cli.tools.ToolFailedException;
import io.jgemma.cli.tools.ToolProgram;
import io.jgemma.cli.tools.Toolbox;
import io.jgemma.engine.ContextExceededException;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.generation.FinishReason;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Prompt;
import java.util.Optional;
import java.util.function.Supplier;

/** Answers a message: generates, answers the model's tool calls, and generates again until it calls no more. */
final class Turn {
    /** Small models may call the same tool for ever. */
    private static final int MAX_ROUNDS = 16;

    private final ChatTerminal terminal;
    private final Conversation conversation;
    private final Partner partner;
    private final Toolbox tools;
    private final Consent consent;
    private final Supplier<ProgressBar> bars;
    private final Statistics statistics = new Statistics();
    private ChatSettings settings;
    private boolean failed;

    /**
     * Answers in one conversation.
     *
     * @param consent says whether programs of tools may run
     * @param bars makes the bar that shows how far a long prompt is
     */
    Turn(
            ChatTerminal terminal,
            Conversation conversation,
            Partner partner,
            Toolbox tools,
            Consent consent,
            ChatSettings settings,
            Supplier<ProgressBar> bars) {
        this.terminal = terminal;
        this.conversation = conversation;
        this.partner = partner;
        this.tools = tools;
        this.consent = consent;
        this.settings = settings;
        this.bars = bars;
    }

    /** Whether a message got no answer because of an error. */
    boolean failed() {
        return failed;
    }

    ChatSettings settings() {
        return settings;
    }

    void settings(ChatSettings newSettings) {
        settings = newSettings;
    }

    Statistics statistics() {
        return statistics;
    }

    /**
     * Answers the conversation's last message.
     *
     * @param before size of the conversation before that message; it shrinks to it when there is no answer
     * @return whether the conversation goes on
     */
    boolean run(int before) {
        Optional<GenerationResult> result = generate();
        for (int round = 1; result.isPresent() && wantsResults(result.get()); round++) {
            for (ToolCall call : result.get().toolCalls()) {
                terminal.detail("calls " + Toolbox.describe(call));
                Optional<String> answer = answer(call);
                if (answer.isEmpty()) {
                    conversation.shorten(before);
                    return false;
                }
                conversation.add(ChatMessage.tool(call, answer.get()));
            }
            if (round == MAX_ROUNDS) {
                terminal.error("The model called tools " + MAX_ROUNDS + " times in a row and did not answer."
                        + " Whatever you say next goes on from here.");
                return true;
            }
            result = generate();
        }
        if (result.isEmpty()) {
            conversation.shorten(before);
        }
        return true;
    }

    private boolean wantsResults(GenerationResult result) {
        return !result.toolCalls().isEmpty() && !tools.isEmpty() && result.finish() != FinishReason.CANCELLED;
    }

    /** One answer, which joins the conversation; empty if nothing came. */
    private Optional<GenerationResult> generate() {
        Prompt prompt = new Prompt.Chat(conversation.all(), tools.definitions(), settings.variables());
        GenerationResult result;
        try (ProgressBar bar = bars.get();
                AnswerView view = new AnswerView(terminal, bar);
                Listening _ = terminal.onInterrupt(partner::cancel)) {
            result = partner.generate(request(prompt), view);
        } catch (ContextExceededException e) {
            terminal.error(contextFull());
            return Optional.empty();
        } catch (ClosedOutputException e) {
            throw e;
        } catch (RuntimeException e) {
            // Whatever it was, what was said before is worth more: it can still be changed, saved and gone on from.
            terminal.error("There is no answer: " + Failures.line(e)
                    + " Your message is taken back; /system and /save still work.");
            failed = true;
            return Optional.empty();
        }
        statistics.add(result);
        terminal.detail(Statistics.line(result, partner));
        explain(result.finish());
        if (result.text().isEmpty() && result.toolCalls().isEmpty()) {
            return Optional.empty();
        }
        ChatMessage message = ChatMessage.assistant(result.text(), result.toolCalls());
        conversation.add(result.reasoning().isEmpty() ? message : message.withReasoning(result.reasoning()));
        return Optional.of(result);
    }

    private GenerationRequest request(Prompt prompt) {
        GenerationRequest.Builder request =
                GenerationRequest.builder(prompt).sampling(settings.sampling()).stops(settings.stops());
        if (settings.maxTokens() >= 0) {
            request.maxTokens(settings.maxTokens());
        }
        return request.build();
    }

    private void explain(FinishReason reason) {
        switch (reason) {
            case CONTEXT_FULL -> terminal.error(contextFull());
            case LENGTH -> terminal.detail("[the answer was cut after " + settings.maxTokens() + " tokens (-n)]");
            case CANCELLED -> terminal.detail("[stopped]");
            case DEADLINE -> terminal.detail("[out of time]");
            case STOP, TOOL_CALLS -> {}
        }
    }

    private String contextFull() {
        return "The context of " + partner.contextTokens()
                + " tokens is full. /clear begins a new conversation; a larger"
                + " -c gives more room, if the model was trained for it.";
    }

    /** The result of a call; empty if nobody is there to give it. */
    private Optional<String> answer(ToolCall call) {
        if (!tools.knows(call)) {
            terminal.error("There is no tool '" + call.name() + "'; the model is told so.");
            return Optional.of(tools.unknown(call));
        }
        Optional<ToolProgram> program = tools.program(call);
        if (program.isEmpty()) {
            return ask(call);
        }
        if (!consent.given(call, program.get())) {
            return Optional.of("error: the user did not allow this call");
        }
        try (Listening _ = terminal.onInterrupt(program.get()::stop)) {
            String result = program.get().run(Toolbox.argumentsJson(call));
            terminal.detail("result " + result);
            return Optional.of(result);
        } catch (ToolFailedException e) {
            terminal.error("The tool failed: " + e.getMessage());
            return Optional.of("error: " + e.getMessage());
        }
    }

    private Optional<String> ask(ToolCall call) {
        return switch (terminal.read("result of " + call.name() + "> ")) {
            case Input.Message message -> Optional.of(message.text());
            case Input.Interrupted _ -> Optional.of("error: the user gave no result");
            case Input.End _ -> Optional.empty();
        };
    }
}
