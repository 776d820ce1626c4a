package io.jgemma.engine.chat;

import java.util.Map;

/** A call that has no id yet. */
record RawCall(String name, Map<String, Object> arguments) {}
