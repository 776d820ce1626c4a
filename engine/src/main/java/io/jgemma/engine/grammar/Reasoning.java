package io.jgemma.engine.grammar;

import io.jgemma.engine.grammar.regex.ByteSet;
import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.regex.RegexStore;
import io.jgemma.engine.grammar.rule.GrammarBuilder;
import io.jgemma.engine.grammar.rule.Rule;

/**
 * A language behind {@code <think>..</think>} and white space.
 *
 * @param inside whether the block has been opened
 * @param source the language
 */
record Reasoning(boolean inside, Grammar.Source source) implements Grammar.Source {

    @Override
    public void write(GrammarBuilder builder, Rule rule) {
        FreeText text = new FreeText(builder.store());
        RegexStore store = builder.store();
        int answer = builder.state(rule);
        Regex space = store.repeat(store.bytes(ByteSet.of('\n').or(ByteSet.of(' '))), 0, 8);
        Regex rest = store.concat(java.util.List.of(text.without("</think>"), text.mark("</think>"), space));
        if (inside) {
            builder.read(rule.start(), rest, answer);
        } else {
            builder.read(rule.start(), store.concat(java.util.List.of(space, text.mark("<think>"), rest)), answer);
            builder.skip(rule.start(), answer);
        }
        Rule language = builder.rule("answer");
        source.write(builder, language);
        builder.call(answer, language, rule.end());
    }
}
