package io.jgemma.engine.template;

import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Templates that ask as much as they can of every operator, filter, test and method; run in a process with little memory. */
final class HostileTemplates {
    private static final List<String> SUBJECTS = List.of(
            "'a' * 4000000",
            "'😀' * 1000000",
            "' a,' * 1500000",
            "'&\\x00' * 1000000",
            "'1' * 4900",
            "['ab'] * 1000000",
            "range(99999)|list");

    private static final List<String> FILTERS = List.of(
            "abs",
            "attr('x')",
            "batch(1)|list",
            "batch(2, 'x')|list",
            "capitalize",
            "center(9000000)",
            "count",
            "default('x')",
            "dictsort",
            "e",
            "escape",
            "filesizeformat",
            "first",
            "float(0)",
            "forceescape",
            "format('x')",
            "groupby(0)",
            "indent(9)",
            "int(0)",
            "int(0, 36)",
            "items|list",
            "join('ab')",
            "last",
            "length",
            "list",
            "lower",
            "map('upper')|list",
            "max",
            "min",
            "pprint",
            "reject('string')|list",
            "rejectattr(0)|list",
            "replace('a', 'bc')",
            "replace('', 'x')",
            "reverse",
            "round",
            "safe",
            "select('string')|list",
            "selectattr(0)|list",
            "slice(3)|list",
            "sort",
            "string",
            "sum",
            "title",
            "tojson",
            "tojson(indent=9)",
            "trim",
            "trim('a')",
            "truncate(3999999)",
            "unique|list",
            "upper",
            "urlencode",
            "wordcount",
            "xmlattr");

    private static final List<String> METHODS = List.of(
            "capitalize()",
            "casefold()",
            "center(9000000)",
            "count('aaaaaaaaaaaaaaab')",
            "count('a' * 999)",
            "endswith('aa')",
            "expandtabs()",
            "find('aaaaaaaaaaaaaaab')",
            "format(1)",
            "format_map({})",
            "index('a')",
            "isalnum()",
            "isascii()",
            "isdigit()",
            "isidentifier()",
            "islower()",
            "isnumeric()",
            "isprintable()",
            "isspace()",
            "istitle()",
            "isupper()",
            "join(['a', 'b'])",
            "ljust(9000000)",
            "lower()",
            "lstrip('a')",
            "partition('b')",
            "removeprefix('a')",
            "replace('a', 'bb')",
            "rfind('b' * 999)",
            "rindex('a')",
            "rjust(9000000)",
            "rpartition('b')",
            "rsplit('a')",
            "rsplit(',')",
            "split('a')",
            "split(',')",
            "split()",
            "splitlines()",
            "startswith('aa')",
            "strip('ab')",
            "swapcase()",
            "title()",
            "upper()",
            "zfill(9000000)");

    private static final List<String> OPERATIONS = List.of(
            "s + s",
            "s ~ s",
            "s * 3",
            "s == s ~ ''",
            "s < s ~ 'a'",
            "'aaaaaaaaaaaaaaab' in s",
            "s[999998]",
            "s[::-1]",
            "s[1:]",
            "s[::2]",
            "'%s%s' % (s, s)",
            "'%.3s' % s",
            "'{:>9000000}'.format(s)",
            "s is upper",
            "s is in [s ~ 'a', s ~ 'b']",
            "s is sameas(s ~ '')",
            "[s, s]|string",
            "{s: s}|tojson",
            "{s: 1}[s ~ '']",
            "dict([[s, s]])",
            "namespace(x=s).x ~ s",
            "cycler(s).next() ~ s",
            "joiner(s)()",
            "strftime_now(s)",
            "(s|list)[1]",
            "s.split('')");

    private static final List<String> WHOLE = List.of(
            "{{ ('a' * 16000000)|list|length }}",
            "{{ ('a,' * 8000000).split(',')|length }}",
            "{{ ('a' * 16000000)|list|batch(1)|list|length }}",
            "{% set s = '1' * 4900 %}{% for i in range(99999) %}{{ s|int }}{% endfor %}",
            "{% set s = 7 ** 5000 %}{% for i in range(99999) %}{{ s // 3 }}{{ s / 7 }}{{ s % 11 }}{% endfor %}",
            "{% set s = 7 ** 5000 %}{% for i in range(99999) %}{{ s < 1.5 }}{{ s * s == s }}{% endfor %}",
            "{% for i in range(99999) %}{{ 1.1e300 }}{{ '%.999999f' % 1.1 }}{% endfor %}",
            "{{ '%.16000000f' % 1.1 }}",
            "{{ '%#.16000000g' % 1.1 }}",
            "{{ '{:016000000,}'.format(7) }}",
            "{% set d = dict.fromkeys(range(99999)) %}{% for i in range(99999) %}{{ d.items()|first }}{% endfor %}",
            "{% set d = dict.fromkeys(range(99999)) %}{% for i in range(99999) %}{% set x = d.copy() %}{% endfor %}",
            "{% set d = dict.fromkeys(range(99999)) %}{% for i in range(99999) %}{{ d == d.copy() }}{% endfor %}",
            "{% for i in range(99999) %}{{ range(99999).count(1) }}{{ range(99999).index(99998) }}{% endfor %}",
            "{% set x = [1] * 1000000 %}{% for i in range(99999) %}{{ x == [1] * 1000000 }}{% endfor %}",
            "{% set ns = namespace(t=(1,)) %}{% for i in range(300) %}{% set ns.t = (ns.t, ns.t) %}{% endfor %}"
                    + "{{ {}[ns.t] }}",
            "{% set ns = namespace(l=[]) %}{% for i in range(99999) %}{% set ns.l = ns.l + [[i, i]] %}{% endfor %}",
            "{% set ns = namespace(l=()) %}{% for i in range(99999) %}{% set ns.l = (ns.l, {i: i}) %}{% endfor %}",
            "{% set ns = namespace(s='x') %}{% for i in range(99999) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
            "{% set ns = namespace(l=['Aa', 'BB']) %}{% for i in range(14) %}"
                    + "{% set ns.l = ns.l|map('replace', 'A', 'A')|list + ns.l %}{% endfor %}{{ ns.l|unique|list }}",
            "{% macro m(s) %}{{ s }}{{ s }}{% endmacro %}{% set s = 'a' * 4000000 %}{{ m(m(m(m(s)))) }}",
            "{% set s %}{% for i in range(99999) %}0123456789{% endfor %}{% endset %}{% for c in s %}{{ s }}{% endfor %}",
            "{% filter upper %}{% for i in range(99999) %}{{ 'abc' * 1000 }}{% endfor %}{% endfilter %}",
            "{% for i in range(99999) if loop.length %}{{ loop.revindex }}{% endfor %}",
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}");

    private HostileTemplates() {}

    /** All of them: what they do, and their text. */
    static Map<String, String> all() {
        Map<String, String> all = new LinkedHashMap<>();
        List<String> expressions = new ArrayList<>();
        FILTERS.forEach(filter -> expressions.add("s|" + filter));
        METHODS.forEach(method -> expressions.add("s." + method));
        expressions.addAll(OPERATIONS);
        for (int i = 0; i < expressions.size(); i++) {
            // Each expression over two of the values, so that all pairs of a kind come up without making thousands.
            for (int j = 0; j < 2; j++) {
                String subject = SUBJECTS.get((i + 3 * j) % SUBJECTS.size());
                String expression = expressions.get(i);
                all.put(
                        expression + " of " + subject,
                        "{% set ns = namespace(l=[]) %}{% set s = " + subject + " %}{% for a in range(99999) %}"
                                + "{% set ns.l = ns.l + [" + expression + "] %}{% endfor %}");
            }
        }
        WHOLE.forEach(template -> all.put(template, template));
        return all;
    }

    /**
     * Renders them and prints each one's processor time in milliseconds; ends with code 1 where memory runs out.
     *
     * @param args part of the default limits that a template gets, 1 for all
     */
    @SuppressWarnings("SystemOut") // the parent process reads it
    public static void main(String[] args) {
        int divisor = Integer.parseInt(args[0]);
        TemplateLimits full = TemplateLimits.defaults();
        TemplateLimits limits = new TemplateLimits(
                full.maxSteps() / divisor,
                full.maxOutputChars() / divisor,
                full.maxValueLength(),
                full.maxDepth(),
                full.maxRangeLength(),
                full.maxIntegerBits(),
                full.maxMemoryBytes() / divisor);
        all().forEach((name, source) -> {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            String outcome;
            try {
                Template.parse("hostile", source, limits).render(Map.of(), limits, Clock.systemUTC());
                outcome = "rendered";
            } catch (TemplateException e) {
                outcome = e.kind() + ": " + e.detail();
            }
            long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            System.out.println(nanos / 1_000_000 + "\t" + name + "\t"
                    + outcome.lines().findFirst().orElse(""));
        });
    }
}
