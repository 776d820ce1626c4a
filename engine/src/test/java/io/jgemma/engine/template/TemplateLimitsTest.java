package io.jgemma.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jgemma.engine.template.TemplateException.Kind;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile templates end in an exception that says which limit they ran into. */
class TemplateLimitsTest {
    private static final TemplateLimits SMALL = new TemplateLimits(200_000, 20_000, 10_000, 100, 1_000, 1_024, 4 << 20);

    private static TemplateException failure(String source, TemplateLimits limits) {
        return catchThrowableOfType(
                TemplateException.class,
                () -> Template.parse("t", source, limits).render(Map.of("text", "abc"), limits, Clock.systemUTC()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(1000) %}{% for j in range(1000) %}{% endfor %}{% endfor %}",
                "{% for i in range(1000) %}{{ text * 1000 }}{% endfor %}",
                "{{ 'a' * 10 ** 9 }}",
                "{{ [1] * 100000 }}",
                "{{ (1, 2) * 9999999999 }}",
                "{{ 10 ** (10 ** 10) }}",
                "{{ 2 ** 99999999999999999999 }}",
                "{{ 7 ** 7777777 }}",
                "{% set ns = namespace(x=3) %}{% for i in range(1000) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
                "{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[]) %}{% for i in range(500) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
                "{% set ns = namespace(x=[]) %}{% for i in range(500) %}{% set ns.x = [ns.x] %}{% endfor %}{{"
                        + " ns.x|tojson }}",
                "{% set ns = namespace(x=[], y=[]) %}{% for i in range(500) %}{% set ns.x = [ns.x] %}"
                        + "{% set ns.y = [ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
                "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}"
                        + "{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{"
                        + " ns.x }}",
                "{% set ns = namespace(x=(1,)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}"
                        + "{{ {ns.x: 1} }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
                "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                "{{ '%999999d' % 1 }}",
                "{{ '%.999999f' % 1.5 }}",
                "{{ '%*d' % (999999, 1) }}",
                "{{ '{:999999}'.format(1) }}",
                "{{ '{:.999999f}'.format(1.5) }}",
                "{{ 'a'.center(999999) }}",
                "{{ 'a'|center(999999999) }}",
                "{{ 'a'.zfill(99999999) }}",
                "{{ 'a\tb'.expandtabs(99999999) }}",
                "{{ ('a' * 9000).replace('a', 'bbbb') }}",
                "{{ ('a' * 9000).replace('', 'bbbb') }}",
                "{{ ('a\n' * 4000)|indent(100) }}",
                "{{ ('a' * 5000).join('a' * 5000) }}",
                "{{ [[1]]|tojson(indent=99999999) }}",
                "{{ [1]|batch(99999999, 'x')|list }}",
                "{{ [1]|slice(99999999)|list }}",
                "{{ ('&' * 9000)|e }}",
                "{{ ('a' * 9000)|urlencode * 2 }}"
            })
    void hostileTemplatesRunIntoALimit(String source) {
        TemplateException error = failure(source, SMALL);
        assertThat(error.kind()).isEqualTo(Kind.LIMIT);
        assertThat(error.detail()).containsAnyOf("limit", "steps", "too big");
    }

    @Test
    void rangesAreBoundedAsInJinjasSandbox() {
        TemplateException error = failure("{{ range(1001)|list }}", SMALL);
        assertThat(error.kind()).isEqualTo(Kind.ARITHMETIC);
        assertThat(error.detail()).isEqualTo("Range too big. The sandbox blocks ranges larger than MAX_RANGE (1000).");
        assertThat(failure("{{ range(-2 ** 62, 2 ** 62) }}", SMALL).detail()).startsWith("Range too big");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[", "{1:", "-", "not ", "a[", "f(", "x|f(", "'a' if ", "a.b(c=", "+"})
    void deepExpressionsAreRefusedWhenParsed(String opening) {
        String source = "{{ " + opening.repeat(20_000) + " }}";
        assertThatThrownBy(() -> Template.parse("t", source)).isInstanceOf(TemplateException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% if a %}",
                "{% for x in y %}",
                "{% macro m() %}",
                "{% call m() %}",
                "{% filter upper %}",
                "{% with %}",
                "{% set x %}",
                "{% generation %}"
            })
    void deepStatementsAreRefusedWhenParsed(String tag) {
        TemplateException error = failure(tag.repeat(20_000), TemplateLimits.defaults());
        assertThat(error.kind()).isEqualTo(Kind.LIMIT);
    }

    @ParameterizedTest
    @ValueSource(strings = {" + 1", " ~ 1", " and 1", " or 0", " < 2", "|upper", ".a", "[0]", "(1)", " * 2", " if 1"})
    void longChainsEndInAnExceptionOrAValue(String link) {
        String source = "{{ 1" + link.repeat(20_000) + " }}";
        try {
            assertThat(Template.parse("t", source).render(Map.of())).isNotEmpty();
        } catch (TemplateException e) {
            assertThat(e.kind()).isIn(Kind.LIMIT, Kind.SYNTAX);
        }
    }

    @Test
    void manyConditionsCannotMakeParsingSlow() {
        StringBuilder source = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            source.append("{% if a").append(i).append(" %}{% set b").append(i).append(" = 1 %}{% endif %}");
        }
        TemplateException error = failure(source.toString(), TemplateLimits.defaults());
        assertThat(error.kind()).isEqualTo(Kind.LIMIT);
    }

    @Test
    void searchesStayLinear() {
        String source = "{% set s = 'a' * 2000000 %}{% set n = 'a' * 40000 ~ 'b' %}"
                + "{{ n in s }}{{ s.find(n) }}{{ s.rfind(n) }}{{ s.count(n) }}{{ s.split(n)|length }}"
                + "{{ s.rsplit(n)|length }}{{ s.replace(n, '')|length }}";
        assertThat(Template.parse("t", source).render(Map.of())).isEqualTo("False-1-10112000000");
    }

    @Test
    void contextsCannotBeNestedWithoutEnd() {
        List<Object> nested = List.of();
        for (int i = 0; i < 100_000; i++) {
            nested = List.of(nested);
        }
        Map<String, Object> context = Map.of("x", nested);
        TemplateException error = catchThrowableOfType(
                TemplateException.class, () -> Template.parse("t", "").render(context));
        assertThat(error.kind()).isEqualTo(Kind.LIMIT);
    }

    @Test
    void aSmallStackIsNoDanger() throws InterruptedException {
        String nested = "(".repeat(190) + "1" + ")".repeat(190);
        String source =
                "{{ " + nested + " }}{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}";
        StringBuilder outcome = new StringBuilder();
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        outcome.append(Template.parse("t", source).render(Map.of()));
                    } catch (TemplateException e) {
                        outcome.append(e.kind());
                    }
                },
                "small stack",
                128 * 1024);
        thread.start();
        thread.join();
        assertThat(outcome.toString()).isIn("1", "LIMIT");
    }

    @Test
    void aLongConversationIsFarFromTheLimits() {
        List<Map<String, Object>> messages = Collections.nCopies(
                2_000, Map.of("role", "user", "content", "All work and no play makes a dull model. ".repeat(50)));
        Template template = Template.parse("qwen3.jinja", TemplateResources.text("qwen3.jinja"));
        String prompt = template.render(Map.of("messages", messages, "add_generation_prompt", true));
        assertThat(prompt).hasSizeGreaterThan(4_000_000);
    }

    @Test
    void limitsMustBePositive() {
        assertThatThrownBy(() -> new TemplateLimits(0, 1, 1, 1, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
