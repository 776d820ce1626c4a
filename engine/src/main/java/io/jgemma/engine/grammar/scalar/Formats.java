package io.jgemma.engine.grammar.scalar;

import io.jgemma.engine.grammar.regex.PatternNode;
import io.jgemma.engine.grammar.regex.PatternParser;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The formats of strings that JSON Schema defines, as patterns that match the whole string. */
public final class Formats {
    private static final String DIGIT_2_59 = "[0-5][0-9]";
    private static final String LEAP_YEAR =
            "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";

    /** RFC 3339, with the days that each month has. */
    private static final String DATE = "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|" + LEAP_YEAR + "-02-29)";

    /** RFC 3339 without leap seconds. */
    private static final String PLAIN_TIME = "(?:[01][0-9]|2[0-3]):" + DIGIT_2_59 + ":" + DIGIT_2_59
            + "(?:\\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):" + DIGIT_2_59 + ")";

    private static final PatternNode TIME = new PatternNode.Choice(
            List.of(PatternParser.parse(PLAIN_TIME), new PatternNode.Steps(LeapSecond.begin(LeapSecond.Day.ANY))));

    /** Days with a leap second (IERS, Bulletin C), and the days behind them. */
    private static final String JUNES = "19(?:72|8[1235]|9[2347])|201[25]";

    private static final String LEAP_DAY =
            "(?:(?:" + JUNES + ")-06-30|(?:19(?:7[2-9]|87|89|9[058])|20(?:05|08|16))-12-31)";
    private static final String NEXT_DAY =
            "(?:(?:" + JUNES + ")-07-01|(?:19(?:7[3-9]|8[08]|9[0169])|20(?:06|09|17))-01-01)";

    private static final PatternNode DATE_TIME = new PatternNode.Choice(List.of(
            PatternParser.parse(DATE + "[Tt]" + PLAIN_TIME),
            leap(LEAP_DAY, LeapSecond.Day.SAME),
            leap(NEXT_DAY, LeapSecond.Day.NEXT)));

    private static final String CLOCK = "T(?:[0-9]+S|[0-9]+M(?:[0-9]+S)?|[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?)";

    /** RFC 3339, appendix A. */
    private static final String DURATION = "P(?:(?:[0-9]+D|[0-9]+M(?:[0-9]+D)?|[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?)(?:"
            + CLOCK + ")?|" + CLOCK + "|[0-9]+W)";

    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

    /** RFC 1123. */
    private static final String HOSTNAME = "(?=[^]{1,253}$)" + LABEL + "(?:\\." + LABEL + ")*";

    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String IPV4 = OCTET + "(?:\\." + OCTET + "){3}";
    private static final String H16 = "[0-9A-Fa-f]{1,4}";
    private static final String LS32 = "(?:" + H16 + ":" + H16 + "|" + IPV4 + ")";

    /** RFC 3986, section 3.2.2. */
    private static final String IPV6 = "(?:(?:H:){6}L|::(?:H:){5}L|(?:H)?::(?:H:){4}L|(?:(?:H:){0,1}H)?::(?:H:){3}L"
                    .replace("H", H16)
                    .replace("L", LS32)
            + "|(?:(?:H:){0,2}H)?::(?:H:){2}L|(?:(?:H:){0,3}H)?::H:L|(?:(?:H:){0,4}H)?::L|(?:(?:H:){0,5}H)?::H|(?:(?:H:){0,6}H)?::)"
                    .replace("H", H16)
                    .replace("L", LS32);

    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";

    /** RFC 5321, section 4.1.2, with the lengths of section 4.5.3.1. */
    private static final PatternNode EMAIL = new PatternNode.Sequence(List.of(
            atMost(64, ATOM + "(?:\\." + ATOM + ")*|\"(?:[ !#-\\[\\]-~]|\\\\[ -~])*\""),
            PatternParser.parse("@"),
            atMost(255, LABEL + "(?:\\." + LABEL + ")*|\\[(?:" + IPV4 + "|IPv6:" + IPV6 + ")\\]")));

    private static final String UUID = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}";

    private static final String POINTER = "(?:/(?:[^~/]|~[01])*)*";

    private static final String UCS = "\\u{A0}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFEF}\\u{10000}-\\u{EFFFD}";

    private static final Map<String, PatternNode> PATTERNS = Map.ofEntries(
            Map.entry("date", PatternParser.parse(DATE)),
            Map.entry("time", TIME),
            Map.entry("date-time", DATE_TIME),
            Map.entry("duration", PatternParser.parse(DURATION)),
            Map.entry("email", EMAIL),
            Map.entry("hostname", PatternParser.parse(HOSTNAME)),
            Map.entry("host-name", PatternParser.parse(HOSTNAME)),
            Map.entry("ipv4", PatternParser.parse(IPV4)),
            Map.entry("ip-address", PatternParser.parse(IPV4)),
            Map.entry("ipv6", PatternParser.parse(IPV6)),
            Map.entry("uuid", PatternParser.parse(UUID)),
            Map.entry("uri", PatternParser.parse(uri("", false))),
            Map.entry("uri-reference", PatternParser.parse(uri("", true))),
            Map.entry("iri", PatternParser.parse(uri(UCS, false))),
            Map.entry("iri-reference", PatternParser.parse(uri(UCS, true))),
            Map.entry("json-pointer", PatternParser.parse(POINTER)),
            Map.entry("relative-json-pointer", PatternParser.parse("(?:0|[1-9][0-9]*)(?:#|" + POINTER + ")")));

    /** Defined, but not by a regular language that is written down here. */
    private static final Set<String> UNSUPPORTED = Set.of("regex", "idn-email", "idn-hostname", "uri-template");

    private Formats() {}

    private static PatternNode atMost(int characters, String pattern) {
        return new PatternNode.All(
                List.of(PatternParser.parse(pattern), PatternParser.parse("[^]{1," + characters + "}")));
    }

    private static PatternNode leap(String date, LeapSecond.Day day) {
        return new PatternNode.Sequence(
                List.of(PatternParser.parse(date + "[Tt]"), new PatternNode.Steps(LeapSecond.begin(day))));
    }

    /** The pattern of a format; empty for names that JSON Schema does not define, which say nothing about a string. */
    public static Optional<PatternNode> pattern(String name) {
        return Optional.ofNullable(PATTERNS.get(name));
    }

    /** Whether a format is defined, but cannot be kept. */
    public static boolean isUnsupported(String name) {
        return UNSUPPORTED.contains(name);
    }

    /** RFC 3986 and 3987, appendix A. */
    private static String uri(String more, boolean relative) {
        String unreserved = "A-Za-z0-9._~" + more;
        String escape = "%[0-9A-Fa-f]{2}";
        String pchar = "(?:[" + unreserved + "!$&'()*+,;=:@-]|" + escape + ")";
        String noColon = "(?:[" + unreserved + "!$&'()*+,;=@-]|" + escape + ")";
        String userInfo = "(?:(?:[" + unreserved + "!$&'()*+,;=:-]|" + escape + ")*@)?";
        String future = "v[0-9A-Fa-f]+\\.[A-Za-z0-9._~!$&'()*+,;=:-]+";
        String host = "(?:\\[(?:" + IPV6 + "|" + future + ")\\]|(?:[" + unreserved + "!$&'()*+,;=-]|" + escape + ")*)";
        String authority = "//" + userInfo + host + "(?::[0-9]*)?(?:/" + pchar + "*)*";
        String tail = "(?:\\?(?:" + pchar + "|[/?" + (more.isEmpty() ? "" : "\\u{E000}-\\u{F8FF}") + "])*)?(?:#(?:"
                + pchar + "|[/?])*)?";
        String absolutePath = "/(?:" + pchar + "+(?:/" + pchar + "*)*)?";
        String full = "[A-Za-z][A-Za-z0-9+.-]*:(?:" + authority + "|" + absolutePath + "|" + pchar + "+(?:/" + pchar
                + "*)*|)" + tail;
        if (!relative) {
            return full;
        }
        return "(?:" + full + "|(?:" + authority + "|" + absolutePath + "|" + noColon + "+(?:/" + pchar + "*)*|)" + tail
                + ")";
    }
}
