package io.jgemma.engine.grammar;

import io.jgemma.engine.chat.ReasoningTags;
import io.jgemma.engine.grammar.regex.ByteSet;
import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.regex.RegexStore;
import io.jgemma.engine.grammar.rule.GrammarBuilder;
import io.jgemma.engine.grammar.rule.Rule;
import java.util.List;

/**
 * A language behind a block of reasoning and white space.
 *
 * @param tags what stands around the block
 * @param inside whether the block has been opened
 * @param source the language
 */
record Reasoning(ReasoningTags tags, boolean inside, Grammar.Source source) implements Grammar.Source {

    @Override
    public void write(GrammarBuilder builder, Rule rule) {
        FreeText text = new FreeText(builder.store());
        RegexStore store = builder.store();
        int answer = builder.state(rule);
        Regex space = store.repeat(store.bytes(ByteSet.of('\n').or(ByteSet.of(' '))), 0, 8);
        Regex rest = store.concat(List.of(text.without(tags.close()), text.mark(tags.close()), space));
        if (inside) {
            builder.read(rule.start(), rest, answer);
        } else {
            builder.read(rule.start(), store.concat(List.of(space, text.mark(tags.open()), rest)), answer);
            builder.skip(rule.start(), answer);
        }
        Rule language = builder.rule("answer");
        source.write(builder, language);
        builder.call(answer, language, rule.end());
    }
}
