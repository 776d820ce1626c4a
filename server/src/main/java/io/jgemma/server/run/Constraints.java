package io.jgemma.server.run;

import io.jgemma.engine.Engine;
import io.jgemma.engine.chat.ReasoningTags;
import io.jgemma.engine.chat.ToolCallParsers;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.grammar.Grammar;
import io.jgemma.engine.grammar.Grammars;
import io.jgemma.engine.grammar.ToolGrammar;
import io.jgemma.engine.grammar.spec.GrammarException;
import io.jgemma.engine.sample.TokenConstraint;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.request.ChatInput;
import io.jgemma.server.request.Form;
import io.jgemma.server.request.Tools;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.WeakHashMap;

/** Keeps answers in the form that a request asks for. What is computed for a model is computed once. */
public final class Constraints {

    private final Map<Engine, Grammars> grammars = Collections.synchronizedMap(new WeakHashMap<>());

    /** For continued text. */
    public Optional<TokenConstraint> of(Engine engine, Optional<Form> form) {
        return form.map(wanted -> constraint(engine, wanted.grammar()));
    }

    /**
     * For an answer in a conversation, which may begin with thoughts.
     *
     * @param input the conversation that became {@code prompt}
     * @throws ApiException with 400 when both a form and calls are asked for, or a tool's schema cannot be kept
     */
    public Optional<TokenConstraint> of(Engine engine, Prompt.Chat prompt, Optional<Form> form, ChatInput input) {
        Optional<Grammar> calls = calls(engine, input.tools());
        if (form.isPresent() && calls.isPresent()) {
            throw ApiException.invalid(
                    form.get().field(),
                    form.get().field() + " and tools that must follow a schema cannot be combined; omit one");
        }
        Optional<Grammar> wanted = form.map(Form::grammar).or(() -> calls);
        OptionalInt budget = input.reasoning().budgetTokens();
        if (wanted.isEmpty() && budget.isEmpty()) {
            return Optional.empty();
        }
        ReasoningTags tags = engine.reasoning();
        boolean inside = tags.openedBy(engine.render(prompt));
        if (!inside && !engine.chatTemplate().source().contains(tags.close())) {
            return wanted.map(grammar -> constraint(engine, grammar));
        }
        Optional<TokenConstraint> kept =
                wanted.map(grammar -> constraint(engine, grammar.behindReasoning(tags, inside)));
        return budget.isEmpty()
                ? kept
                : Optional.of(new ThinkingBudget(engine.tokenizer(), tags, inside, budget.getAsInt(), kept));
    }

    private TokenConstraint constraint(Engine engine, Grammar grammar) {
        return grammars.computeIfAbsent(
                        engine,
                        model -> Grammars.of(model.tokenizer(), model.spec().vocabulary()))
                .constraint(grammar);
    }

    private static Optional<Grammar> calls(Engine engine, Tools tools) {
        if (tools.definitions().isEmpty()) {
            return Optional.empty();
        }
        ToolGrammar.Choice choice = switch (tools.choice()) {
            case Tools.Choice.Required _ -> new ToolGrammar.Choice.Required();
            case Tools.Choice.Named(String name) -> new ToolGrammar.Choice.Named(name);
            case Tools.Choice.Auto _, Tools.Choice.None _ -> new ToolGrammar.Choice.Auto();
        };
        boolean free = choice instanceof ToolGrammar.Choice.Auto;
        String syntax = engine.toolSyntax();
        if (free
                && (tools.strict().isEmpty()
                        || syntax.equals(ToolCallParsers.none().name()))) {
            return Optional.empty();
        }
        try {
            List<ToolGrammar.Tool> all = tools.definitions().stream()
                    .map(tool -> new ToolGrammar.Tool(tool, tools.strict().contains(tool.name())))
                    .toList();
            return Optional.of(Grammar.ofTools(new ToolGrammar(syntax, all, choice, tools.parallel())));
        } catch (GrammarException e) {
            throw ApiException.invalid(
                    "tools", "calls of these tools cannot be forced or kept strict: " + e.getMessage());
        }
    }
}
