package io.jgemma.engine.grammar;

import io.jgemma.engine.chat.ToolDefinition;
import io.jgemma.engine.grammar.rule.GrammarBuilder;
import io.jgemma.engine.grammar.rule.Rule;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which tools an answer may or must call, and in which syntax.
 *
 * @param family the syntax, by the name of its {@link io.jgemma.engine.chat.ToolCallParser}
 * @param tools the tools that may be called
 * @param choice whether there has to be a call, and of which tool
 * @param parallel whether there may be several calls
 */
public record ToolGrammar(String family, List<Tool> tools, Choice choice, boolean parallel) {

    /**
     * A tool.
     *
     * @param definition its name and the schema of its arguments
     * @param strict whether a schema that cannot be kept is an error; else such a tool takes any arguments
     */
    public record Tool(ToolDefinition definition, boolean strict) {}

    /** Whether there has to be a call. */
    public sealed interface Choice {
        /** Text, and behind it calls if the model likes. */
        record Auto() implements Choice {}

        /** Calls and nothing else. */
        record Required() implements Choice {}

        /** One call of one tool. */
        record Named(String tool) implements Choice {}
    }

    public ToolGrammar {
        tools = List.copyOf(tools);
        if (tools.isEmpty()) {
            throw GrammarException.malformed("", "there is no tool to call");
        }
        if (choice instanceof Choice.Named(String name)
                && tools.stream().noneMatch(tool -> tool.definition().name().equals(name))) {
            throw GrammarException.malformed("", "there is no tool '" + name + "' to call");
        }
        ToolSyntax.of(family);
    }

    /** All that the language depends on. */
    List<String> content() {
        List<String> content = new ArrayList<>(List.of("tools", family, choice.toString(), String.valueOf(parallel)));
        for (Tool tool : tools) {
            content.add(tool.strict() + " " + tool.definition());
        }
        return content;
    }

    /** The tools that may be called under the choice. */
    private List<Tool> callable() {
        return choice instanceof Choice.Named(String name)
                ? tools.stream()
                        .filter(tool -> tool.definition().name().equals(name))
                        .limit(1)
                        .toList()
                : tools;
    }

    void write(GrammarBuilder builder, Rule rule) {
        ToolSyntax syntax = ToolSyntax.of(family);
        List<ToolSyntax.Call> calls = new ArrayList<>();
        for (Tool tool : callable()) {
            Rule arguments = builder.rule(tool.definition().name());
            syntax.arguments(ToolSchema.of(tool), builder, arguments);
            calls.add(new ToolSyntax.Call(tool.definition().name(), arguments));
        }
        boolean several = parallel && !(choice instanceof Choice.Named);
        Rule list = builder.rule("calls");
        syntax.calls(calls, several, builder, list);
        if (choice instanceof Choice.Auto) {
            syntax.text(calls.stream().map(ToolSyntax.Call::name).toList(), list, builder, rule);
        } else {
            builder.call(rule.start(), list, rule.end());
        }
    }
}
