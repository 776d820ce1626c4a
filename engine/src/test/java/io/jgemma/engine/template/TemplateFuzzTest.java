package io.jgemma.engine.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Soups of tokens and damaged templates: whatever comes, it is a text or a {@link TemplateException}, and soon. */
class TemplateFuzzTest {
    private static final TemplateLimits LIMITS =
            new TemplateLimits(100_000, 100_000, 20_000, 150, 1_000, 2_048, 1 << 20);
    private static final Map<String, Object> CONTEXT = Map.of(
            "messages",
            List.of(
                    Map.of("role", "system", "content", "Be brief."),
                    Map.of("role", "user", "content", "Hi é😀"),
                    Map.of("role", "assistant", "content", List.of(Map.of("type", "text", "text", "Hello")))),
            "tools",
            List.of(Map.of("type", "function", "function", Map.of("name", "now", "parameters", Map.of()))),
            "bos_token",
            "<bos>",
            "n",
            3,
            "f",
            2.5,
            "s",
            "Some text\n",
            "d",
            Map.of("a", 1, "b", List.of(1, 2)));

    private static final List<String> TOKENS = List.of(
            ("{{ }} {{- -}} {% %} {%- -%} {# #} {%+ +%} if elif else endif for endfor in set endset macro endmacro"
                            + " call endcall filter endfilter with endwith raw endraw block endblock generation endgeneration"
                            + " break continue recursive is not and or true false none loop ns namespace range messages tools d s"
                            + " n f x undefined_name ( ) [ ] { } . , : | ~ + - * ** / // % == != < <= > >= = 'a' \"b\" '' '%s%d'"
                            + " '{}{0}' 0 1 -1 2 3.5 1e3 0x1f 99999999999999999999 upper lower trim tojson length first last join"
                            + " list map select selectattr sort reverse default format replace int float round items dictsort"
                            + " groupby batch slice indent unique sum min max pprint string defined mapping iterable odd in eq"
                            + " role content strip split startswith get keys values items append index center raise_exception"
                            + " strftime_now cycler joiner dict loop.index loop.last loop.cycle ns.x caller varargs kwargs"
                            + " 'attribute' attribute= *args **d '\\x41' '\\ud800' é 😀 \n"
                            + " \t __class__ self super")
                    .split(" ", -1));

    private static final List<String> FILES = List.of(
            "gemma3.jinja",
            "gemma3-tools.jinja",
            "llama3.1.jinja",
            "qwen3.jinja",
            "shapes/deepseek-r1.jinja",
            "shapes/generation.jinja",
            "shapes/llama3.2.jinja",
            "shapes/mistral.jinja",
            "shapes/parts.jinja",
            "shapes/phi.jinja",
            "shapes/qwen2.5-coder.jinja",
            "shapes/qwq.jinja",
            "shapes/schema-macros.jinja",
            "shapes/smollm2.jinja");

    /** True if the template was accepted and rendered. */
    private static boolean survives(String source) {
        try {
            assertThat(Template.parse("fuzz", source, LIMITS).render(CONTEXT, LIMITS, Clock.systemUTC()))
                    .isNotNull();
            return true;
        } catch (TemplateException e) {
            assertThat(e.line()).isPositive();
            assertThat(e.detail()).isNotNull();
            return false;
        }
    }

    private static String token(Random random) {
        return TOKENS.get(random.nextInt(TOKENS.size()));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void tokenSoup(long seed) {
        Random random = new Random(seed);
        int rendered = 0;
        for (int i = 0; i < 3_000; i++) {
            StringBuilder source = new StringBuilder();
            int length = 1 + random.nextInt(25);
            for (int j = 0; j < length; j++) {
                source.append(token(random)).append(random.nextInt(3) == 0 ? "" : " ");
            }
            rendered += survives(source.toString()) ? 1 : 0;
        }
        assertThat(rendered).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8})
    void expressionSoup(long seed) {
        Random random = new Random(seed);
        int rendered = 0;
        for (int i = 0; i < 4_000; i++) {
            StringBuilder source = new StringBuilder("{{ ");
            int length = 1 + random.nextInt(7);
            for (int j = 0; j < length; j++) {
                source.append(token(random)).append(' ');
            }
            rendered += survives(source.append("}}").toString()) ? 1 : 0;
        }
        assertThat(rendered).isPositive();
    }

    @Test
    void mutatedTemplates() {
        Random random = new Random(9);
        int rendered = 0;
        for (String file : FILES) {
            String original = TemplateResources.text(file);
            for (int i = 0; i < 400; i++) {
                rendered += survives(mutated(original, random)) ? 1 : 0;
            }
        }
        assertThat(rendered).isPositive();
    }

    private static String mutated(String original, Random random) {
        StringBuilder text = new StringBuilder(original);
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + 1 + random.nextInt(8));
            switch (random.nextInt(5)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, token(random));
                case 2 -> text.replace(at, end, token(random));
                case 3 -> text.insert(at, text.substring(at, end));
                default -> text.setLength(Math.max(at, 1));
            }
            if (text.isEmpty()) {
                text.append(' ');
            }
        }
        return text.toString();
    }

    @Test
    void everyPrefixOfATemplate() {
        String source = TemplateResources.text("shapes/schema-macros.jinja");
        for (int end = 0; end <= source.length(); end++) {
            survives(source.substring(0, end));
        }
        assertThat(survives(source)).isTrue();
    }
}
