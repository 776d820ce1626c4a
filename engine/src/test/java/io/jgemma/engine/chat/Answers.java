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
    static List<ChatEvent> events(ToolCallParser parser, List<ToolDefinition> tools, List<String> pieces) {
        List<ChatEvent> events = new ArrayList<>();
        ToolCallStream stream = parser.open(tools, CallIds.fromZero());
        for (String piece : pieces) {
            stream.push(piece, events::add);
        }
        stream.finish(events::add);
        return merged(events);
    }

    static List<ChatEvent> merged(List<ChatEvent> events) {
        List<ChatEvent> merged = new ArrayList<>();
        for (ChatEvent event : events) {
            ChatEvent last = merged.isEmpty() ? null : merged.getLast();
            if (last instanceof ChatEvent.Text(String before) && event instanceof ChatEvent.Text(String text)) {
                merged.set(merged.size() - 1, new ChatEvent.Text(before + text));
            } else if (last instanceof ChatEvent.Reasoning(String before)
                    && event instanceof ChatEvent.Reasoning(String text)) {
                merged.set(merged.size() - 1, new ChatEvent.Reasoning(before + text));
            } else {
                merged.add(event);
            }
        }
        return merged;
    }

    static String text(List<ChatEvent> events) {
        StringBuilder text = new StringBuilder();
        for (ChatEvent event : events) {
            if (event instanceof ChatEvent.Text(String piece)) {
                text.append(piece);
            }
        }
        return text.toString();
    }
}
