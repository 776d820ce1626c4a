/**
 * Conversations: messages and tools, the variables a chat template is rendered with, and the reading of an answer while
 * it is written (stop strings, reasoning, tool calls). May import {@code template} only.
 */
@NullMarked
package io.jgemma.engine.chat;

import org.jspecify.annotations.NullMarked;
