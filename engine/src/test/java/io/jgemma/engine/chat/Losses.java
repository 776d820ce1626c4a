package io.jgemma.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;

/** Checks that an answer went nowhere but into its events, without knowing how calls are found. */
final class Losses {
    /** What follows a call's name to the end of the call: its arguments, closing marks, separators, half a closing tag. */
    private static final Pattern REST_OF_CALL = Pattern.compile("(?s)[(\"'].*[)}\\]][`,;]*(<(/[a-z_]*>?)?)?[`,;]*");

    private Losses() {}

    /**
     * Without calls the texts are the answer. Else, white space aside, the texts stand in the answer in order, and between
     * them is nothing but calls of the names of the events between them.
     */
    static void assertNone(String answer, List<AnswerEvent> events) {
        if (events.stream().noneMatch(AnswerEvent.Call.class::isInstance)) {
            assertThat(Answers.text(events)).isEqualTo(answer);
        } else {
            assertThat(aligned(dense(answer), events, false))
                    .as("<%s> became %s", answer, events)
                    .isTrue();
        }
    }

    private static boolean aligned(String rest, List<AnswerEvent> events, boolean afterName) {
        if (events.isEmpty()) {
            return rest.isEmpty() || (afterName && REST_OF_CALL.matcher(rest).matches());
        }
        List<AnswerEvent> others = events.subList(1, events.size());
        return switch (events.getFirst()) {
            case AnswerEvent.Text(String text) -> {
                String words = dense(text);
                for (int at = rest.indexOf(words); at >= 0; at = rest.indexOf(words, at + 1)) {
                    boolean gap = afterName
                            && REST_OF_CALL.matcher(rest.substring(0, at)).matches();
                    if ((at == 0 || gap) && aligned(rest.substring(at + words.length()), others, false)) {
                        yield true;
                    }
                }
                yield false;
            }
            case AnswerEvent.Call(ToolCall call) -> {
                String name = rest.contains(call.name()) ? call.name() : escaped(call.name());
                int at = rest.indexOf(name);
                yield at >= 0 && aligned(rest.substring(at + name.length()), others, true);
            }
            case AnswerEvent.Reasoning(String _) -> false;
        };
    }

    private static String escaped(String name) {
        StringBuilder escaped = new StringBuilder();
        name.chars().forEach(c -> escaped.append(String.format("\\u%04x", c)));
        return escaped.toString();
    }

    private static String dense(String text) {
        StringBuilder dense = new StringBuilder();
        text.chars().filter(c -> !Character.isWhitespace(c)).forEach(c -> dense.append((char) c));
        return dense.toString();
    }
}
