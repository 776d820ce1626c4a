package io.jgemma.engine.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Feeds answers in different cuts and gathers the events. */
final class Answers {
    private Answers() {}

    static List<String> characters(String text) {
        return text.chars().mapToObj(Character::toString).toList();
    }

    static List<String> randomPieces(String text, Random random) {
        List<String> pieces = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + random.nextInt(9));
            pieces.add(text.substring(at, end));
            at = end;
        }
        return pieces;
    }

    /** Events with neighbouring texts joined. */
    static List<AnswerEvent> events(ToolCallParser parser, List<ToolDefinition> tools, List<String> pieces) {
        List<AnswerEvent> events = new ArrayList<>();
        ToolCallStream stream = parser.open(tools, CallIds.fromZero());
        for (String piece : pieces) {
            stream.push(piece, AnswerEvent.to(events::add));
        }
        stream.finish(AnswerEvent.to(events::add));
        return merged(events);
    }

    static List<AnswerEvent> merged(List<AnswerEvent> events) {
        List<AnswerEvent> merged = new ArrayList<>();
        for (AnswerEvent event : events) {
            AnswerEvent last = merged.isEmpty() ? null : merged.getLast();
            if (last instanceof AnswerEvent.Text(String before) && event instanceof AnswerEvent.Text(String text)) {
                merged.set(merged.size() - 1, new AnswerEvent.Text(before + text));
            } else if (last instanceof AnswerEvent.Reasoning(String before)
                    && event instanceof AnswerEvent.Reasoning(String text)) {
                merged.set(merged.size() - 1, new AnswerEvent.Reasoning(before + text));
            } else {
                merged.add(event);
            }
        }
        return merged;
    }

    static String text(List<AnswerEvent> events) {
        StringBuilder text = new StringBuilder();
        for (AnswerEvent event : events) {
            if (event instanceof AnswerEvent.Text(String piece)) {
                text.append(piece);
            }
        }
        return text.toString();
    }
}
