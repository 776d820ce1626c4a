package io.jgemma.engine.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.text.PromptText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which characters of a rendered prompt the template wrote: they stand between {@code «} and {@code »} here. */
class OriginsTest {
    private static final Map<String, Object> CONTEXT = Map.of(
            "u",
            " user ",
            "w",
            "x-y",
            "n",
            5,
            "bos",
            new TrustedText("<bos>"),
            "messages",
            List.of(Map.of("role", "user", "content", "hi"), Map.of("role", "assistant", "content", "yo")));

    private static String shown(PromptText prompt) {
        StringBuilder shown = new StringBuilder(prompt.text());
        int[] bounds = prompt.bounds();
        for (int i = bounds.length - 1; i >= 0; i--) {
            shown.insert(bounds[i], i % 2 == 0 ? '«' : '»');
        }
        return shown.toString();
    }

    private static String render(String source) {
        return shown(Template.parse("t", source).renderPrompt(CONTEXT));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '#',
            value = {
                "<a>{{ u }}<b>                                              § «<a>» user «<b>»",
                "{{ bos }}{{ u }}                                           § «<bos>» user #",
                "{{ n }}{{ true }}{{ [1, '<a>'] }}                          § 5True[1, '<a>']",
                "{{ '<a>' + u + '<b>' }}                                    § «<a>» user «<b>»",
                "{{ '<a>' ~ u ~ n ~ '<b>' }}                                § «<a>» user 5«<b>»",
                "{{ ('<a>' ~ u ~ '<b>')[1:7] }}                             § «a>» use",
                "{{ ('<a>' ~ u ~ '<b>')[-2] }}{{ u[1] }}                    § «b»u",
                "{{ ('<a>' ~ w)[::-1] }}                                    § y-x>a<",
                "{{ ('  <a>' ~ u)|trim }}{{ '<a> '.strip() }}               § «<a>» user«<a>»",
                "{{ (u ~ '<a>').lstrip() }}{{ ('<a>' ~ u).rstrip() }}       § user «<a><a>» user",
                "{{ w|replace('-', '<a>') }}{{ w.replace('x', '<b>') }}     § x«<a>»y«<b>»-y",
                "{{ '<a>-<b>'|replace('-', w) }}                            § «<a>»x-y«<b>»",
                "{{ '<a>-<b>'.replace('', w, 1) }}                          § x-y«<a>-<b>»",
                "{{ [w, '<a>', w]|join('<s>') }}                            § x-y«<s><a><s>»x-y",
                "{{ '<s>'.join([w, w]) }}{{ w.join(['<a>', '<b>']) }}       § x-y«<s>»x-y«<a>»x-y«<b>»",
                "{{ '<a>%s<b>%5s%%' % (w, w) }}                             § «<a>»x-y«<b>»  x-y«%»",
                "{{ '<%s>' % '<a>' }}{{ '<%s>'|format(w) }}                 § «<<a>><»x-y«>»",
                "{{ '<a>{}{{{x}}}'.format(w, x='<b>') }}                    § «<a>»x-y«{<b>}»",
                "{{ '{:>5}{:.2}'.format('<a>', w) }}                        §   «<a>»x-",
                "{{ '<a>' * 2 ~ w * 2 ~ ('<b>' ~ w) * 2 }}                  § «<a><a>»x-yx-y«<b>»x-y«<b>»x-y",
                "{{ ('<a>' ~ w).split('-')|join }}                          § «<a>»xy",
                "{{ ('<a>,' ~ w).split(',')[1] }}{{ ('<a> ' ~ w).split()[0] }}§ x-y«<a>»",
                "{{ (w ~ '-<a>').rsplit('-', 1)[1] }}                       § «<a>»",
                "{{ ('<a>-' ~ w).partition('-')[0] }}                       § «<a>»",
                "{{ ('<a>\\n' ~ w).splitlines()|last }}                     § x-y",
                "{{ ('<a>\\n' ~ w)|indent(1) }}                             § «<a>»\\n x-y",
                "{{ '<a>'|upper ~ w|upper ~ ('<B>' ~ w)|lower }}            § «<A>»X-Y«<b>»x-y",
                "{{ ('<a>' ~ 'ß')|upper }}                                  § <A>SS",
                "{{ '<a>'|center(5) ~ w.center(5) }}                        §  «<a>»  x-y #",
                "{{ '<a>'|safe ~ w }}{{ '<a>'|safe + w }}                   § «<a>»x-y«<a>»x-y",
                "{{ '[a]<'|e }}                                             § «[a]»&lt;",
                "{{ x|default('<a>') }}{{ w|default('<a>') }}               § «<a>»x-y",
                "{{ '<a>'|list|join(w) }}                                   § «<»x-y«a»x-y«>»",
                "{% for c in '<' ~ w %}{{ c }}{% endfor %}                  § «<»x-y",
                "{{ '<a>'|first ~ w|last }}                                 § «<»y",
                "{{ '<a>'|string ~ w|string }}                              § «<a>»x-y",
                "{{ ['<a>', w]|map('trim')|join }}                          § «<a>»x-y",
                "{{ [w, '<a>']|sort|join }}{{ [w, '<a>']|reverse|join }}    § «<a>»x-y«<a>»x-y",
                "{{ {'<a>': w}|items|list|first|join }}                     § «<a>»x-y",
                "{{ {'<a>': w}|tojson }}                                    § {\"<a>\": \"x-y\"}",
                "{% set s %}<a>{{ w }}{% endset %}{{ s }}{{ s[1:] }}        § «<a>»x-y«a>»x-y",
                "{% set ns = namespace(s='<a>') %}{% set ns.s = ns.s ~ w %}{{ ns.s }} § «<a>»x-y",
                "{% macro m(x) %}<a>{{ x }}{% endmacro %}{{ m(w) }}{{ m('<b>') }}   § «<a>»x-y«<a><b>»",
                "{% macro m() %}<a>{{ caller() }}{% endmacro %}{% call m() %}{{ w }}<b>{% endcall %} § «<a>»x-y«<b>»",
                "{% filter trim %} <a>{{ w }} {% endfilter %}               § «<a>»x-y",
                "{% block b %}<a>{{ w }}{% endblock %}{{ self.b() }}        § «<a>»x-y«<a>»x-y",
                "{% for i in [[w]] recursive %}<a>{{ loop(i) if i is not string }}{% endfor %} § «<a><a>»",
                "{% for m in messages %}<{{ m.role }}>{{ m['content'] }}{{ loop.cycle('<a>', w) }}{% endfor %}"
                        + " § «<»user«>»hi«<a><»assistant«>»yox-y",
                "{{ messages[0]['role'] == 'user' }}{{ {'user': '<a>'}[messages[0].role] }} § True«<a>»",
                "{{ '<a>' if w in ['x-y'] else w }}                         § «<a>»",
                "{{ '{% set x %}' ~ w }}                                    § «{% set x %}»x-y",
                "{{ ('<a>' ~ w)|truncate(4, true, '', 0) }}                    § «<a>»x",
                "{{ ('<a>' ~ w).removeprefix('<') ~ w.removesuffix('y') }}  § «a>»x-yx-",
                "{{ '7'.zfill(3) ~ 'a\tb'.expandtabs(2) ~ joiner('<a>')() }} § 00«7a» «b»",
            })
    void remembersWhatTheTemplateWrote(String source, String expected) {
        String wanted = expected.endsWith("#") ? expected.substring(0, expected.length() - 1) : expected;
        assertThat(render(source).replace("\n", "\\n")).isEqualTo(leading(source) + wanted);
    }

    /** CSV cells lose the space in front of them. */
    private static String leading(String source) {
        return source.contains("{:>5}") ? "  " : source.contains("|center(5)") ? " " : "";
    }

    @Provide
    Arbitrary<Object> pieces() {
        return Arbitraries.of(
                Traced.literal("<a>"),
                "xyz",
                Traced.literal("ä😀"),
                "",
                new TextPiece().value(),
                "😀",
                Traced.literal("-"));
    }

    /** A string with both kinds of characters. */
    private static final class TextPiece {
        Object value() {
            Meter meter = new Meter(TemplateLimits.defaults());
            return new TextBuilder(meter).add("u").literal("<b>").add("v").value();
        }
    }

    private static List<Boolean> marks(Object string) {
        List<Boolean> marks = new ArrayList<>();
        PromptText text =
                new PromptText(Traced.text(string), Traced.origins(string).bounds());
        for (int i = 0; i < text.text().length(); i++) {
            marks.add(text.covers(i, i + 1));
        }
        return marks;
    }

    /** Joining and cutting keep each character's mark: the slow twin holds one for each. */
    @Property(tries = 500)
    void joinsAndSlicesAsOneMarkForEachCharacter(
            @ForAll("lists") List<Object> pieces, @ForAll int from, @ForAll int to) {
        TextBuilder joined = new TextBuilder(new Meter(TemplateLimits.defaults()));
        List<Boolean> expected = new ArrayList<>();
        for (Object piece : pieces) {
            joined.add(piece);
            expected.addAll(marks(piece));
        }
        Object whole = joined.value();
        assertThat(marks(whole)).isEqualTo(expected);
        int length = expected.size();
        int start = Math.floorMod(from, length + 1);
        int end = start + Math.floorMod(to, length - start + 1);
        assertThat(marks(Traced.slice(whole, start, end))).isEqualTo(expected.subList(start, end));
    }

    @Provide
    Arbitrary<List<Object>> lists() {
        return pieces().list().ofMaxSize(12);
    }
}
