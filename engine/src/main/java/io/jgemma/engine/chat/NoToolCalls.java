package io.jgemma.engine.chat;

import java.util.List;
import java.util.function.Supplier;

/** Takes everything for text. */
final class NoToolCalls implements ToolCallParser {

    @Override
    public String name() {
        return "none";
    }

    @Override
    public ToolCallStream open(List<ToolDefinition> tools, Supplier<String> ids) {
        return new PlainStream();
    }
}
