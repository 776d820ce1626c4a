package io.jgemma.engine.grammar.json;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The formats of strings that JSON Schema defines, as patterns that match the whole string. */
final class Formats {
    private static final String DIGIT_2_59 = "[0-5][0-9]";
    private static final String LEAP_YEAR =
            "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";

    /** RFC 3339, with the days that each month has. */
    private static final String DATE = "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|" + LEAP_YEAR + "-02-29)";

    /** RFC 3339. A leap second is allowed where it can occur, in UTC. */
    private static final String TIME = "(?:(?:[01][0-9]|2[0-3]):" + DIGIT_2_59 + ":" + DIGIT_2_59
            + "(?:\\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):" + DIGIT_2_59
            + ")|23:59:60(?:\\.[0-9]+)?(?:[Zz]|[+-]00:00))";

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

    /** RFC 5321, section 4.1.2. */
    private static final String EMAIL = "(?:" + ATOM + "(?:\\." + ATOM + ")*"
            + "|\"(?:[ !#-\\[\\]-~]|\\\\[ -~])*\")@(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[(?:" + IPV4 + "|IPv6:"
            + IPV6 + ")\\])";

    private static final String UUID = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}";

    private static final String POINTER = "(?:/(?:[^~/]|~[01])*)*";

    private static final String UCS = "\\u{A0}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFEF}\\u{10000}-\\u{EFFFD}";

    private static final Map<String, String> PATTERNS = Map.ofEntries(
            Map.entry("date", DATE),
            Map.entry("time", TIME),
            Map.entry("date-time", DATE + "[Tt]" + TIME),
            Map.entry("duration", DURATION),
            Map.entry("email", EMAIL),
            Map.entry("hostname", HOSTNAME),
            Map.entry("host-name", HOSTNAME),
            Map.entry("ipv4", IPV4),
            Map.entry("ip-address", IPV4),
            Map.entry("ipv6", IPV6),
            Map.entry("uuid", UUID),
            Map.entry("uri", uri("", false)),
            Map.entry("uri-reference", uri("", true)),
            Map.entry("iri", uri(UCS, false)),
            Map.entry("iri-reference", uri(UCS, true)),
            Map.entry("json-pointer", POINTER),
            Map.entry("relative-json-pointer", "(?:0|[1-9][0-9]*)(?:#|" + POINTER + ")"));

    /** Defined, but not by a regular language that is written down here. */
    private static final Set<String> UNSUPPORTED = Set.of("regex", "idn-email", "idn-hostname", "uri-template");

    private Formats() {}

    /** The pattern of a format; empty for names that JSON Schema does not define, which say nothing about a string. */
    static Optional<String> pattern(String name) {
        return Optional.ofNullable(PATTERNS.get(name));
    }

    static boolean isUnsupported(String name) {
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
