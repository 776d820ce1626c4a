package io.jgemma.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jgemma.engine.template.TemplateException.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TemplateTest {

    private static TemplateException failure(String source) {
        return catchThrowableOfType(
                TemplateException.class,
                () -> Template.parse("chat.jinja", source).render(Map.of()));
    }

    @Test
    void takesEveryKindOfContextValue() {
        Map<String, @Nullable Object> context = new LinkedHashMap<>();
        context.put("values", Arrays.asList("s", true, null, 1, 2L, (short) 3, (byte) 4, 1.5f, 2.5));
        context.put("big", new BigInteger("123456789012345678901234567890"));
        context.put("small", BigInteger.TEN);
        context.put("decimal", new BigDecimal("0.1"));
        context.put("map", Map.of(1, List.of(Map.of())));
        assertThat(Template.parse("t", "{{ values }} {{ big }} {{ small + 1 }} {{ decimal }} {{ map }}")
                        .render(context))
                .isEqualTo("['s', True, None, 1, 2, 3, 4, 1.5, 2.5] 123456789012345678901234567890 11 0.1 {1: [{}]}");
    }

    @Test
    void refusesContextValuesOfOtherTypes() {
        assertThatThrownBy(() -> Template.parse("t", "").render(Map.of("x", new Object())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Object");
    }

    @Test
    void errorsNameTemplateLineAndBareMessage() {
        TemplateException error = failure("a\n{% if true %}\n  {{ missing.field }}\n{% endif %}");
        assertThat(error).hasMessage("template 'chat.jinja', line 3: 'missing' is undefined");
        assertThat(error.templateName()).isEqualTo("chat.jinja");
        assertThat(error.line()).isEqualTo(3);
        assertThat(error.detail()).isEqualTo("'missing' is undefined");
        assertThat(error.kind()).isEqualTo(Kind.UNDEFINED);
        assertThat(error.raisedByTemplate()).isFalse();
    }

    @Test
    void whatTheTemplateRaisesIsToldApart() {
        TemplateException error = failure("\n\n{{ raise_exception('Only \"user\" may begin') }}");
        assertThat(error.raisedByTemplate()).isTrue();
        assertThat(error.line()).isEqualTo(3);
        assertThat(error.detail()).isEqualTo("Only \"user\" may begin");
    }

    @Test
    void errorsInsideMacrosAndSyntaxErrorsNameTheirLine() {
        assertThat(failure("{% macro m(x) %}\n{{ x.y.z }}\n{% endmacro %}\n\n{{ m({}) }}")
                        .line())
                .isEqualTo(2);
        assertThat(failure("{% macro m(x) %}\n{{ x }}\n{% endmacro %}\n\n{{ m(1) + 1 }}")
                        .line())
                .isEqualTo(5);
        assertThat(failure("{{ 'a\nb' }}\n{{ 1 + }}").line()).isEqualTo(3);
        assertThat(failure("{#\n#}{% for x in y %}\n").line()).isEqualTo(2);
        assertThat(failure("x\n{{ 'a").line()).isEqualTo(2);
        assertThat(failure("x\n{{ 1 | nope }}").line()).isEqualTo(2);
    }

    @Test
    void tagsThatReadOtherFilesAreRefusedByName() {
        for (String tag : List.of("include 'x'", "import 'x' as y", "extends 'x'", "from 'x' import y")) {
            TemplateException error = failure("{% " + tag + " %}");
            assertThat(error.kind()).isEqualTo(Kind.SYNTAX);
            assertThat(error.detail())
                    .isEqualTo(
                            "the tag '" + tag.substring(0, tag.indexOf(' ')) + "' is not supported in chat templates");
        }
        assertThat(failure("{{ [1] | random if true }}").detail()).contains("'random' is not supported");
    }

    @Test
    void strftimeNowAsksTheGivenClockInItsZone() {
        Clock clock = Clock.fixed(Instant.parse("2025-12-31T23:30:00Z"), ZoneId.of("Asia/Shanghai"));
        assertThat(Template.parse("t", "{{ strftime_now('%d %b %Y %H:%M') }}")
                        .render(Map.of(), TemplateLimits.defaults(), clock))
                .isEqualTo("01 Jan 2026 07:30");
    }

    @Test
    void oneTemplateRendersInManyThreadsAtOnce() {
        Template template = Template.parse(
                "t",
                "{% set ns = namespace(n=0) %}{% for i in range(n) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}");
        assertThat(IntStream.range(0, 400)
                        .parallel()
                        .mapToObj(n -> template.render(Map.of("n", n)))
                        .toList())
                .isEqualTo(IntStream.range(0, 400)
                        .mapToObj(n -> Integer.toString(n * (n - 1) / 2))
                        .toList());
    }

    @Test
    void nameAndSourceAreKept() {
        Template template = Template.parse("n", "s");
        assertThat(template.name()).isEqualTo("n");
        assertThat(template.source()).isEqualTo("s");
    }
}
